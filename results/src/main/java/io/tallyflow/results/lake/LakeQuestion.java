package io.tallyflow.results.lake;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.tallyflow.results.RequestRefusedException;
import io.tallyflow.results.query.CalendarWindow;
import io.tallyflow.results.query.UsageQuery;
import io.tallyflow.schemas.meter.GroupDimension;
import io.tallyflow.schemas.meter.Meter;
import io.tallyflow.schemas.meter.ValueText;
import java.time.ZoneId;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A query whose arguments make sense.
 *
 * @param names groups to tell apart, in the order in which Postgres has them in jsonb
 * @param allowed group name to the texts that pass, in the form in which they are kept
 */
record LakeQuestion(
        UsageQuery query,
        Meter meter,
        ZoneId zone,
        GrainRange range,
        List<String> names,
        Map<String, Set<String>> allowed) {

    /** Shorter names come first. */
    private static final Comparator<String> JSONB =
            Comparator.comparingInt(String::length).thenComparing(Comparator.naturalOrder());

    /**
     * Checks the arguments.
     *
     * @throws RequestRefusedException if one makes no sense; named as in {@code tallyflow.query}
     */
    static LakeQuestion of(UsageQuery query, List<Meter> meters) {
        Meter meter = meter(query.meter(), meters);
        checkWindow(query, meter);
        ZoneId zone = zone(query.timeZone());
        checkRange(query);
        List<String> names = query.groups().stream().sorted(JSONB).toList();
        checkGroups("group_by", names, meter);
        checkGroups("filter", query.filter().keySet().stream().sorted(JSONB).toList(), meter);
        return new LakeQuestion(
                query,
                meter,
                zone,
                GrainRange.of(query.from(), query.to(), meter.windowSize().millis()),
                names,
                allowed(query.filter()));
    }

    private static Meter meter(String slug, List<Meter> meters) {
        return meters.stream()
                .filter(meter -> meter.slug().equals(slug))
                .findFirst()
                .orElseThrow(() -> refused("meter: there is no meter %s", quoted(slug)));
    }

    private static void checkWindow(UsageQuery query, Meter meter) {
        CalendarWindow window = query.window();
        CalendarWindow grain = CalendarWindow.valueOf(meter.windowSize().name());
        if (window != null && window.compareTo(grain) < 0) {
            throw refused(
                    "window_size: %s is finer than the grain of meter %s, which is %s",
                    window, meter.slug(), grain);
        }
    }

    private static ZoneId zone(String name) {
        ZoneId zone = Zones.named(name);
        if (zone == null) {
            throw refused(
                    "time_zone: %s is not the name of an IANA time zone that this Java (%s) knows;"
                            + " the server may know more: ask it with --engine postgres",
                    quoted(name), Runtime.version().feature());
        }
        return zone;
    }

    private static void checkRange(UsageQuery query) {
        if (query.from() != null && query.to() != null && !query.from().isBefore(query.to())) {
            throw refused(
                    "from, to: \"from\" must be before \"to\", but %s is not before %s",
                    query.from(), query.to());
        }
    }

    private static void checkGroups(String argument, List<String> names, Meter meter) {
        List<String> known =
                meter.groupBy().stream().map(GroupDimension::name).sorted(JSONB).toList();
        for (String name : names) {
            if (!known.contains(name)) {
                throw refused(
                        "%s: unknown group %s; meter %s is grouped by %s",
                        argument,
                        quoted(name),
                        meter.slug(),
                        known.isEmpty() ? "nothing" : String.join(", ", known));
            }
        }
    }

    private static Map<String, Set<String>> allowed(Map<String, List<String>> filter) {
        Map<String, Set<String>> allowed = new HashMap<>();
        filter.forEach(
                (name, texts) ->
                        allowed.put(
                                name,
                                texts.stream()
                                        .map(ValueText::ofString)
                                        .collect(Collectors.toSet())));
        return allowed;
    }

    /** Whether windows follow the clocks of the zone. */
    private boolean isByZone() {
        CalendarWindow window = query.window();
        return window != null && window.compareTo(CalendarWindow.HOUR) >= 0;
    }

    /** Whether the answer depends on where the meter's usage begins and ends, of all subjects. */
    boolean needsExtent() {
        return isByZone()
                && range.isOpen()
                && !(query.window() == CalendarWindow.HOUR && fits(range.everUsed()));
    }

    /**
     * Checks that windows fall on the grain.
     *
     * @param usage where the meter's usage in the range begins and ends
     * @throws RequestRefusedException if they do not
     */
    void checkGrain(Extent usage) {
        if (isByZone() && !fits(range.closedAround(usage.first(), usage.last()))) {
            throw refused(
                    "time_zone: in %s a %s (window_size) does not always begin on the grain of meter"
                            + " %s, which is %s in UTC",
                    query.timeZone(),
                    String.valueOf(query.window()),
                    meter.slug(),
                    meter.windowSize());
        }
    }

    private boolean fits(GrainRange closed) {
        return Windows.by(query.window(), zone).fit(meter.windowSize().millis(), closed);
    }

    private static RequestRefusedException refused(String message, Object... words) {
        return new RequestRefusedException(message.formatted(words));
    }

    private static String quoted(String text) {
        return '"' + String.valueOf(JsonStringEncoder.getInstance().quoteAsString(text)) + '"';
    }
}
