package io.tallyflow.results.lake;

import io.tallyflow.connectors.iceberg.table.SubjectFilter;
import io.tallyflow.results.meters.ShownVersion;
import io.tallyflow.results.query.CalendarWindow;
import io.tallyflow.results.query.UsageQuery;
import io.tallyflow.results.voids.PatchedWindows;
import io.tallyflow.schemas.meter.Meter;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.jspecify.annotations.Nullable;

/**
 * What has to be read of a meter: all that an answer hangs on, and a little more, so that rounding
 * is left to the function that answers.
 *
 * @param versions of one meter, at least one, each with the event time that it owns
 * @param from seconds since the epoch, UTC; no usage before it is needed
 * @param to likewise, none after it
 * @param subjects whose usage is needed; none for that of all
 */
record NeededUsage(List<ShownVersion> versions, long from, long to, List<String> subjects) {

    /** A longer range is cut to where there is usage, as an open one is. */
    private static final long LONG_RANGE_DAYS = 36_500;

    private static final String UTC = "UTC";

    static NeededUsage all(ShownVersion version) {
        return new NeededUsage(List.of(version), Long.MIN_VALUE, Long.MAX_VALUE, List.of());
    }

    static NeededUsage of(List<ShownVersion> versions, UsageQuery query) {
        Instant from = query.from();
        Instant to = query.to();
        boolean isLong =
                from != null && to != null && Duration.between(from, to).toDays() > LONG_RANGE_DAYS;
        long grain =
                TimeUnit.MILLISECONDS.toSeconds(
                        versions.get(0).version().meter().windowSize().millis());
        boolean ofAll = isByClocks(query) && (from == null || to == null || isLong);
        return new NeededUsage(
                versions,
                from == null || isLong ? Long.MIN_VALUE : from.getEpochSecond() - grain,
                to == null || isLong ? Long.MAX_VALUE : to.getEpochSecond() + grain,
                ofAll ? List.of() : query.subjects());
    }

    /**
     * Whether windows follow the clocks of a zone. They are then judged from where the meter's
     * usage begins to where it ends, whosever it is.
     */
    private static boolean isByClocks(UsageQuery query) {
        CalendarWindow window = query.window();
        return window != null
                && window != CalendarWindow.MINUTE
                && !query.timeZone().equalsIgnoreCase(UTC);
    }

    /** What all versions have in common: slug, aggregation and window size. */
    Meter meter() {
        return versions.get(0).version().meter();
    }

    /** Nothing before it is needed; null if there is no such time. */
    @Nullable Instant firstInstant() {
        return from == Long.MIN_VALUE ? null : Instant.ofEpochSecond(from);
    }

    /** Nothing that begins here or later is needed; null if there is no such time. */
    @Nullable Instant endInstant() {
        return to == Long.MAX_VALUE ? null : Instant.ofEpochSecond(to).plusSeconds(1);
    }

    /** Of events that its versions count. */
    Set<String> types() {
        return versions.stream()
                .map(shown -> shown.version().meter().eventType())
                .collect(Collectors.toSet());
    }

    /** Passes rows of windows that end at an instant or before, in milliseconds since the epoch. */
    Expression settled(long untilMillis) {
        return needed(
                "window_start",
                Expressions.equal("meter", meter().slug()),
                Expressions.lessThanOrEqual(
                        "window_end", TimeUnit.MILLISECONDS.toMicros(untilMillis)));
    }

    /**
     * Passes events of all later windows, of those that runs have counted, and of some more
     * windows; and perhaps others.
     */
    Expression events(long sinceMillis, PatchedWindows patched) {
        long grain = meter().windowSize().millis();
        long earliest = Math.max(sinceMillis, Long.MIN_VALUE + grain) - grain;
        Expression chosen =
                Expressions.greaterThanOrEqual("time", TimeUnit.MILLISECONDS.toMicros(earliest));
        for (ShownVersion shown : versions) {
            if (!shown.runs().isEmpty()) {
                chosen =
                        Expressions.or(
                                chosen,
                                Expressions.or(
                                        Expressions.isNull("definitions"),
                                        Expressions.lessThan(
                                                "definitions", Math.toIntExact(shown.request()))));
            }
        }
        if (!patched.isEmpty()) {
            chosen = Expressions.or(chosen, ofWindows(patched));
        }
        return needed("time", Expressions.in("type", types().toArray()), chosen);
    }

    private Expression ofWindows(PatchedWindows patched) {
        Expression within =
                Expressions.and(
                        Expressions.greaterThanOrEqual(
                                "time", TimeUnit.MILLISECONDS.toMicros(patched.firstMillis())),
                        Expressions.lessThan(
                                "time",
                                TimeUnit.MILLISECONDS.toMicros(
                                        patched.lastMillis() + meter().windowSize().millis())));
        return Expressions.and(within, SubjectFilter.of(patched.subjects()));
    }

    private Expression needed(String time, Expression one, Expression other) {
        Expression within =
                Expressions.and(
                        Expressions.greaterThanOrEqual(time, TimeUnit.SECONDS.toMicros(from)),
                        Expressions.lessThanOrEqual(time, TimeUnit.SECONDS.toMicros(to)));
        Expression ofAll = Expressions.and(one, other, within);
        return subjects.isEmpty()
                ? ofAll
                : Expressions.and(ofAll, Expressions.in("subject", subjects.toArray()));
    }
}
