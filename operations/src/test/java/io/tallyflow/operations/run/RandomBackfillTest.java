package io.tallyflow.operations.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.functions.meter.MeterReader;
import io.tallyflow.operations.counting.RunLimits;
import io.tallyflow.results.Question;
import io.tallyflow.schemas.event.UsageEvent;
import io.tallyflow.schemas.measure.Aggregation;
import io.tallyflow.schemas.measure.UsagePartial;
import io.tallyflow.schemas.measure.UsagePartials;
import io.tallyflow.schemas.meter.GroupText;
import io.tallyflow.schemas.meter.Meter;
import io.tallyflow.schemas.meter.MeterFile;
import io.tallyflow.schemas.stream.LakeRow;
import io.tallyflow.schemas.usage.Reading;
import io.tallyflow.schemas.usage.UsageCell;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Random events of which the stream has counted some, against what all others come to. */
final class RandomBackfillTest extends BackfillRig {

    @Test
    void countsExactlyWhatTheStreamDidNot() throws Exception {
        for (int seed = 0; seed < 12; seed++) {
            World world = new World(new Random(seed), "m" + seed);
            world.write();
            RunLimits limits =
                    new RunLimits(
                            1 + world.random.nextInt(3),
                            world.random.nextBoolean() ? 20_000 : 64 << 20,
                            world.random.nextBoolean() ? 3 : 1_000);
            List<Backfill.Outcome> outcomes = backfill(world.slug, limits, DEAF);
            assertThat(outcomes).as("seed %d", seed).hasSize(1);
            TreeMap<String, String> expected = world.expected(limits.mostGroups());
            assertThat(rows(world.slug)).as("seed %d", seed).isEqualTo(expected);
            assertThat(outcomes.get(0).windows()).isEqualTo(expected.size());
            assertThat(outcomes.get(0).events()).isEqualTo(world.counted());
        }
    }

    /** What a run has written, as text: by subject, group and window. */
    private TreeMap<String, String> rows(String slug) throws SQLException {
        TreeMap<String, String> rows = new TreeMap<>();
        try (Connection connection = database.connect()) {
            new Question<>(
                            """
                            select c.subject, c.group_by::text, extract(epoch from u.window_start)::bigint,
                                u.readings, u.sum, u.min, u.max, u.latest, u.latest_id,
                                (select string_agg(v.value, ',' order by v.value collate "C")
                                 from tallyflow.distinct_value v
                                 join tallyflow.cell o on o.cell = v.cell
                                 where v.layer = u.layer and v.window_start = u.window_start
                                   and o.layer = v.layer and o.subject = c.subject
                                   and o.group_by = c.group_by)
                            from tallyflow.usage_row u
                            join tallyflow.cell c on c.cell = u.cell
                            join tallyflow.layer l on l.layer = u.layer
                            where l.slug = ? and l.kind = 'run' and l.shown
                            """,
                            row ->
                                    rows.put(
                                            row.getString(1)
                                                    + row.getString(2).replace(" ", "")
                                                    + row.getLong(3),
                                            row.getLong(4)
                                                    + number(row.getBigDecimal(5))
                                                    + number(row.getBigDecimal(6))
                                                    + number(row.getBigDecimal(7))
                                                    + number(row.getBigDecimal(8))
                                                    + row.getString(9)
                                                    + row.getString(10)))
                    .all(connection, slug);
        }
        return rows;
    }

    private static String number(@Nullable BigDecimal number) {
        return "|" + (number == null ? "" : number.stripTrailingZeros().toPlainString());
    }

    /** One meter and random events, some of which the stream has counted. */
    private final class World {

        private static final int OTHER_REQUEST = 1_000_000;

        final Random random;
        final String slug;
        final List<UsageEvent> lacking = new ArrayList<>();
        final List<LakeRow> rows = new ArrayList<>();
        private final String definition;

        World(Random random, String slug) {
            this.random = random;
            this.slug = slug;
            Aggregation aggregation = Aggregation.values()[random.nextInt(7)];
            definition =
                    "{slug: %s, eventType: t%s, aggregation: %s%s, windowSize: %s%s}"
                            .formatted(
                                    slug,
                                    slug,
                                    aggregation,
                                    aggregation.needsValue() ? ", valueProperty: $.x" : "",
                                    List.of("MINUTE", "HOUR", "DAY").get(random.nextInt(3)),
                                    random.nextBoolean() ? ", groupBy: {g: $.g, h: $.h}" : "");
            int events = random.nextInt(300);
            for (int i = 0; i < events; i++) {
                boolean isOther = random.nextInt(8) == 0;
                UsageEvent event = event(i, isOther ? "other" : "t" + slug);
                // 0 is before every request, the other one after all of them.
                long definitions = random.nextInt(3) == 0 ? OTHER_REQUEST : 0;
                rows.add(LakeRow.accepted(event, definitions));
                if (!isOther && definitions == 0) {
                    lacking.add(event);
                }
            }
        }

        private UsageEvent event(int number, String type) {
            Instant at =
                    FIRST_DAY.plusMillis(
                            random.nextInt(4) == 0
                                    ? 86_400_000L * random.nextInt(4)
                                    : random.nextInt(3 * 86_400_000));
            String data =
                    "{\"x\":%s,\"g\":\"%d\",\"h\":\"%d\"}"
                            .formatted(
                                    List.of("1", "-2.5", "1E+3", "\"none\"", "0.1", "7")
                                            .get(random.nextInt(6)),
                                    random.nextInt(6),
                                    random.nextInt(2));
            return new UsageEvent(
                    "s" + random.nextInt(3),
                    "source",
                    "id" + number,
                    type,
                    at.toEpochMilli() * 1_000,
                    data.getBytes(StandardCharsets.UTF_8),
                    0,
                    number,
                    0,
                    0);
        }

        void write() throws Exception {
            count(slug, definition, rows, 1 + random.nextInt(4));
        }

        private Meter meter() {
            return MeterFile.parse("m", "meters: [" + definition + "]").get(0);
        }

        long counted() {
            MeterReader reader = MeterReader.ofFirsts(List.of(meter()));
            return lacking.stream().mapToLong(event -> reader.read(event).readings().size()).sum();
        }

        TreeMap<String, String> expected(int mostGroups) {
            MeterReader reader = MeterReader.ofFirsts(List.of(meter()));
            Map<UsageCell, Set<String>> groups = new HashMap<>();
            List<Map.Entry<UsageEvent, Reading>> readings = new ArrayList<>();
            for (UsageEvent event : lacking) {
                for (Reading reading : reader.read(event).readings()) {
                    readings.add(Map.entry(event, reading));
                    UsageCell cell = reading.cell(event.subject());
                    groups.computeIfAbsent(with(cell, ""), key -> new HashSet<>())
                            .add(cell.group());
                }
            }
            Map<UsageCell, UsagePartial> partials = new HashMap<>();
            Map<UsageCell, Set<String>> values = new HashMap<>();
            for (Map.Entry<UsageEvent, Reading> one : readings) {
                UsageCell cell = one.getValue().cell(one.getKey().subject());
                List<String> sorted =
                        groups.get(with(cell, "")).stream()
                                .sorted(Comparator.naturalOrder())
                                .toList();
                if (sorted.indexOf(cell.group()) >= mostGroups) {
                    cell = with(cell, GroupText.other(cell.group()));
                }
                partials.merge(cell, one.getValue().partial(one.getKey()), UsagePartials::merge);
                if (one.getValue().distinct() != null) {
                    values.computeIfAbsent(cell, key -> new HashSet<>())
                            .add(one.getValue().distinct());
                }
            }
            TreeMap<String, String> expected = new TreeMap<>();
            partials.forEach(
                    (cell, whole) -> {
                        UsagePartial partial = UsagePartials.keptBy(meter().aggregation(), whole);
                        expected.put(
                                cell.subject() + cell.group() + cell.windowStartMillis() / 1_000,
                                partial.readings()
                                        + number(partial.sum())
                                        + number(partial.min())
                                        + number(partial.max())
                                        + number(partial.latest())
                                        + partial.latestId()
                                        + (values.containsKey(cell)
                                                ? String.join(
                                                        ",",
                                                        values.get(cell).stream().sorted().toList())
                                                : "null"));
                    });
            return expected;
        }

        private static UsageCell with(UsageCell cell, String group) {
            return new UsageCell(
                    cell.meter(),
                    cell.subject(),
                    group,
                    cell.windowStartMillis(),
                    cell.windowEndMillis());
        }
    }
}
