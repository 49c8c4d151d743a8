package io.tallyflow.results.lake;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.tallyflow.connectors.iceberg.table.LakeTable;
import io.tallyflow.connectors.iceberg.write.SmallLake;
import io.tallyflow.connectors.postgres.RegisteredMeters;
import io.tallyflow.connectors.postgres.WrittenRows;
import io.tallyflow.connectors.postgres.query.ClockChange;
import io.tallyflow.functions.meter.MeterReader;
import io.tallyflow.results.query.CalendarWindow;
import io.tallyflow.results.query.UsageQuery;
import io.tallyflow.schemas.event.UsageEvent;
import io.tallyflow.schemas.measure.Aggregation;
import io.tallyflow.schemas.measure.UsagePartial;
import io.tallyflow.schemas.measure.UsagePartials;
import io.tallyflow.schemas.meter.GroupDimension;
import io.tallyflow.schemas.meter.GroupText;
import io.tallyflow.schemas.meter.JsonPath;
import io.tallyflow.schemas.meter.Meter;
import io.tallyflow.schemas.meter.WindowSize;
import io.tallyflow.schemas.quantity.Quantity;
import io.tallyflow.schemas.stream.LakeRow;
import io.tallyflow.schemas.usage.AdjustedReading;
import io.tallyflow.schemas.usage.Adjustment;
import io.tallyflow.schemas.usage.AdjustmentReason;
import io.tallyflow.schemas.usage.DistinctValue;
import io.tallyflow.schemas.usage.Reading;
import io.tallyflow.schemas.usage.SettledUsage;
import io.tallyflow.schemas.usage.UsageCell;
import io.tallyflow.schemas.usage.UsageRow;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One meter, random events around a change of clocks, and random questions about them. */
final class LakeWorld {

    private static final List<String> VALUES =
            List.of(
                    "0",
                    "1",
                    "2",
                    "-7",
                    "0.1",
                    "1E+3",
                    "4000000000000000000",
                    "0.000000000000000001",
                    "-0.000000000000000001",
                    "3.333333333333333333",
                    "\"2\"",
                    "\"none\"",
                    "null");

    private static final Instant CENTURIES_AGO = Instant.parse("1899-12-31T22:59:59.999999Z");
    private static final String LONG = "long".repeat(80);

    // In the order of Java's strings the last two are the other way round.
    private static final List<String> IDS = List.of("a", "ab", "\uFFFD", "\uD83D\uDE00");
    private static final List<String> SUBJECTS =
            List.of("a", "B", "c'", "\uFFFD", "\uD83D\uDE00", "\\N", "t\tn\n\\.\nr\r", "\"q\\");
    private static final String OTHER = "__other__";
    private static final List<String> GROUPS =
            List.of(
                    "",
                    "x",
                    "x!",
                    "\uFFFD",
                    "\uD83D\uDE00",
                    LONG,
                    OTHER,
                    "\\N",
                    "\t\n\r\b\\t",
                    "'\"{");

    private final Random random;
    private final ClockChange change;
    private final Meter meter;
    private final long settledUntil;
    private final List<UsageEvent> events = new ArrayList<>();
    private final Map<UsageCell, UsagePartial> cells = new LinkedHashMap<>();
    private final Map<UsageCell, UsagePartial> lateCells = new LinkedHashMap<>();
    private final Map<UsageCell, Set<String>> distinct = new HashMap<>();
    private final Map<UsageCell, Set<String>> distinctOnTime = new HashMap<>();
    private final List<AdjustedReading> late = new ArrayList<>();
    private boolean knownFromEvents = true;

    LakeWorld(long seed, int number) {
        random = new Random(seed);
        change = pick(ClockChange.ALL);
        meter = meter("m" + number);
        settledUntil = instant().toEpochMilli();
        MeterReader reader = MeterReader.ofFirsts(List.of(meter));
        int size = random.nextInt(24);
        for (int i = 0; i < size; i++) {
            UsageEvent event = event(i);
            events.add(event);
            reader.read(event).readings().forEach(reading -> take(reading, event));
        }
    }

    private Meter meter(String slug) {
        Aggregation aggregation = pick(List.of(Aggregation.values()));
        WindowSize[] sizes = {
            WindowSize.MINUTE, WindowSize.MINUTE, WindowSize.HOUR, WindowSize.HOUR, WindowSize.DAY
        };
        return new Meter(
                slug,
                "",
                "type of " + slug,
                aggregation,
                aggregation.needsValue() ? path("x") : null,
                List.of(new GroupDimension("aa", path("aa")), new GroupDimension("b", path("b"))),
                pick(List.of(sizes)));
    }

    private static JsonPath path(String name) {
        return new JsonPath("$." + name, List.of(new JsonPath.Name(name)));
    }

    private UsageEvent event(int number) {
        String data =
                "{\"x\":%s,\"aa\":\"%s\",\"b\":\"%s\"}"
                        .formatted(pick(VALUES), escaped(pick(GROUPS)), escaped(pick(GROUPS)));
        // Some at one instant, so that source and id decide.
        Instant at = random.nextInt(4) == 0 ? change.at() : instant();
        return new UsageEvent(
                pick(SUBJECTS),
                pick(IDS),
                pick(IDS) + number,
                meter.eventType(),
                at.getEpochSecond() * 1_000_000 + at.getNano() / 1_000,
                data.getBytes(StandardCharsets.UTF_8),
                0,
                number,
                at.toEpochMilli(),
                0);
    }

    private static String escaped(String text) {
        return String.valueOf(JsonStringEncoder.getInstance().quoteAsString(text));
    }

    /** As the stream would: into its window, or into an adjustment if it has settled. */
    private void take(Reading reading, UsageEvent event) {
        boolean isSettled = reading.windowEndMillis() <= settledUntil;
        boolean isLate = isSettled && random.nextInt(3) == 0;
        UsageCell cell = reading.cell(event.subject());
        if (isSettled && !isLate && random.nextInt(8) == 0) {
            cell = beyondTheMostGroups(cell);
            knownFromEvents = false;
        }
        if (isLate) {
            late.add(new AdjustedReading(event, reading, AdjustmentReason.LATE));
        }
        (isLate ? lateCells : cells).merge(cell, reading.partial(event), UsagePartials::merge);
        if (reading.distinct() != null) {
            distinct.computeIfAbsent(cell, key -> new LinkedHashSet<>()).add(reading.distinct());
            if (!isLate) {
                distinctOnTime
                        .computeIfAbsent(cell, key -> new LinkedHashSet<>())
                        .add(reading.distinct());
            }
        }
    }

    private static UsageCell beyondTheMostGroups(UsageCell cell) {
        return new UsageCell(
                cell.meter(),
                cell.subject(),
                GroupText.of(Map.of("aa", OTHER, "b", OTHER)),
                cell.windowStartMillis(),
                cell.windowEndMillis());
    }

    Meter meter() {
        return meter;
    }

    /** Writes all of it as the job would have it in Postgres. */
    void writeTo(Connection connection) throws SQLException {
        RegisteredMeters.register(connection, List.of(meter));
        List<UsageRow> rows = new ArrayList<>();
        cells.forEach(
                (cell, partial) -> rows.add(new UsageRow(cell, partial, isSettled(cell), 0, true)));
        List<Adjustment> adjustments = new ArrayList<>();
        lateCells.forEach(
                (cell, partial) ->
                        adjustments.add(new Adjustment(cell, AdjustmentReason.LATE, partial)));
        WrittenRows.write(connection, rows, adjustments, values(distinct));
    }

    /** Writes the same as the job would have it in the lake. */
    void writeTo(SmallLake lake) throws IOException {
        List<LakeRow> rows = new ArrayList<>();
        cells.forEach(
                (cell, partial) -> {
                    if (isSettled(cell)) {
                        rows.add(LakeRow.of(new SettledUsage(cell, partial, 0, null)));
                    }
                });
        late.forEach(adjusted -> rows.add(LakeRow.of(adjusted)));
        // Those of late readings are in their adjustments, too.
        values(random.nextBoolean() ? distinct : distinctOnTime).stream()
                .filter(value -> isSettled(value.cell()))
                .forEach(value -> rows.add(LakeRow.of(value)));
        events.forEach(event -> rows.add(LakeRow.accepted(event, 1_000_000)));
        switch (random.nextInt(knownFromEvents ? 4 : 3)) {
            case 0 -> {
                int cut = random.nextInt(rows.size() + 1);
                lake.commit(settledUntil - 1, rows.subList(0, cut));
                lake.commit(settledUntil, rows.subList(cut, rows.size()));
            }
            case 1 -> {
                lake.commit(settledUntil, rows);
                // Under way: some tables have the batch, the events do not.
                lake.commit(settledUntil, rows, LakeTable.USAGE, LakeTable.USAGE_DISTINCT);
            }
            case 2 -> lake.commit(settledUntil, rows);
            // What has settled is not known, as after a rewind.
            default -> lake.commit(Long.MIN_VALUE, rows);
        }
    }

    /** What every cell comes to. */
    Map<UsageCell, BigDecimal> values() {
        Map<UsageCell, UsagePartial> partials = new HashMap<>(cells);
        lateCells.forEach((cell, partial) -> partials.merge(cell, partial, UsagePartials::merge));
        Map<UsageCell, BigDecimal> values = new HashMap<>();
        partials.forEach(
                (cell, partial) -> {
                    int texts = distinct.getOrDefault(cell, Set.of()).size();
                    BigDecimal value = meter.aggregation().valueOf(partial, texts);
                    values.put(cell, Quantity.canonical(value));
                });
        return values;
    }

    private static List<DistinctValue> values(Map<UsageCell, Set<String>> distinct) {
        List<DistinctValue> values = new ArrayList<>();
        distinct.forEach(
                (cell, texts) -> texts.forEach(text -> values.add(new DistinctValue(cell, text))));
        return values;
    }

    private boolean isSettled(UsageCell cell) {
        return cell.windowEndMillis() <= settledUntil;
    }

    /** Near the change of clocks, to the microsecond; often exactly on a boundary. */
    private Instant instant() {
        Duration reach =
                // Every day in which something lies costs a file per table.
                random.nextInt(8) == 0 ? Duration.ofDays(2) : Duration.ofHours(3);
        return change.near(random, reach);
    }

    UsageQuery query() {
        Instant one = instant();
        Instant other = instant();
        boolean ranged = random.nextInt(4) > 0;
        // Backwards now and then, which both must refuse.
        Instant end = one.isBefore(other) ? other : later();
        if (random.nextInt(8) == 0) {
            // So wide that windows are listed only where there is usage, and that may go beyond.
            one = random.nextBoolean() ? one : CENTURIES_AGO;
            end = one.plus(Duration.ofDays(pick(List.of(45_000, 45_000, 1_100_000))));
        }
        return new UsageQuery(
                random.nextInt(40) == 0 ? "no\"body" : meter.slug(),
                ranged && random.nextInt(3) > 0 ? one : null,
                ranged && random.nextInt(3) > 0 ? end : null,
                window(),
                zone(),
                random.nextInt(3) == 0 ? List.of(pick(SUBJECTS), pick(SUBJECTS)) : List.of(),
                groupBy(),
                random.nextInt(3) == 0
                        ? Map.of("aa", List.of(pick(GROUPS), pick(GROUPS)))
                        : Map.of());
    }

    /** In letters of any case; now and then none that there is. */
    private String zone() {
        return switch (random.nextInt(40)) {
            case 0 -> pick(List.of("Mars/Olympus", "localtime", "", "Berlin1", "a'b"));
            // The server has it, and Java does not.
            case 9 -> pick(List.of("EST", "Factory"));
            case 1, 2, 3, 4 -> change.zone().toLowerCase(Locale.ROOT);
            case 5, 6, 7, 8 -> change.zone().toUpperCase(Locale.ROOT);
            default -> change.zone();
        };
    }

    private Instant later() {
        return instant().plus(Duration.ofDays(random.nextInt(500)));
    }

    private List<String> groupBy() {
        return switch (random.nextInt(8)) {
            case 0, 1 -> List.of("b");
            case 2 -> List.of("subject");
            case 3, 4 -> List.of("b", "subject", "aa", "b");
            case 5 -> random.nextInt(8) == 0 ? List.of("b", "nobody") : List.of("aa");
            default -> List.of();
        };
    }

    private @Nullable CalendarWindow window() {
        return switch (random.nextInt(5)) {
            case 0 -> null;
            case 1 -> CalendarWindow.valueOf(meter.windowSize().name());
            case 2 -> CalendarWindow.HOUR;
            default -> pick(List.of(CalendarWindow.values()));
        };
    }

    private <T> T pick(List<T> all) {
        return all.get(random.nextInt(all.size()));
    }

    @Override
    public String toString() {
        return meter
                + ", settled until "
                + Instant.ofEpochMilli(settledUntil)
                + ", "
                + events.size()
                + " events";
    }
}
