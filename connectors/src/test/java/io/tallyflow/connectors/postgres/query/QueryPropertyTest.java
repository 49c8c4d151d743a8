package io.tallyflow.connectors.postgres.query;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.connectors.postgres.RegisteredMeters;
import io.tallyflow.schemas.measure.Aggregation;
import io.tallyflow.schemas.meter.Meter;
import io.tallyflow.schemas.meter.WindowSize;
import java.math.BigDecimal;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.jspecify.annotations.Nullable;

/**
 * Random readings around the moments when clocks change, random questions about them: the database
 * must agree with {@link UsageOracle}, and parts must add up to the whole.
 */
class QueryPropertyTest extends DatabaseProperty {

    private static final List<String> VALUES =
            List.of(
                    "0",
                    "1",
                    "2",
                    "-7",
                    "0.1",
                    "1E+3",
                    "99999999999999999999",
                    "0.000000000000000001",
                    "-0.000000000000000001",
                    "3.333333333333333333");

    // In the order of Java's strings the last two are the other way round.
    private static final List<String> IDS = List.of("a", "ab", "\uFFFD", "\uD83D\uDE00");
    private static final List<String> SUBJECTS = List.of("a", "B", "c'\"", "\u00e9");
    private static final List<String> GROUPS = List.of("", "x", "x!", "\"y\\");

    @Property(tries = 130, seed = "20250330", shrinking = ShrinkingMode.OFF)
    void answersLikeTheOracle(@ForAll long seed) throws SQLException {
        World world = new World(seed);
        for (int i = 0; i < 6; i++) {
            QueryCall query = world.query();
            assertThat(query.rows(connection))
                    .as("%s of %s", query, world.readings)
                    .isEqualTo(new UsageOracle(world.meter, world.readings).answer(query));
        }
    }

    @Property(tries = 100, seed = "20251026", shrinking = ShrinkingMode.OFF)
    void addsUpHoweverARangeIsCut(@ForAll long seed) throws SQLException {
        World world = new World(seed, Aggregation.SUM, Aggregation.COUNT);
        QueryCall query = world.query().by(null);
        Instant from = world.instant();
        Instant middle = world.later(from);
        Instant to = world.later(middle);
        BigDecimal whole = total(query.between(from, to));
        assertThat(total(query.between(from, middle)).add(total(query.between(middle, to))))
                .isEqualByComparingTo(whole);
        for (String size : List.of("MINUTE", "HOUR", "DAY", "WEEK", "MONTH", "YEAR")) {
            if (!size.equals("MINUTE") || world.meter.windowSize() == WindowSize.MINUTE) {
                assertThat(total(query.between(from, to).by(size)))
                        .as(size)
                        .isEqualByComparingTo(whole);
            }
        }
        assertThat(total(query.between(from, to).groupedBy("aa", "b", "subject")))
                .isEqualByComparingTo(whole);
    }

    @Property(tries = 60, seed = "20250405", shrinking = ShrinkingMode.OFF)
    void answersTheSameInEverySession(@ForAll long seed) throws SQLException {
        World world = new World(seed);
        QueryCall query = world.query();
        List<AnswerRow> expected = query.rows(connection);
        for (String zone : List.of("UTC", "America/New_York", "Asia/Kathmandu")) {
            try (var set = connection.prepareStatement("select set_config('timezone', ?, true)")) {
                set.setString(1, zone);
                set.execute();
            }
            assertThat(query.rows(connection)).as(zone).isEqualTo(expected);
        }
    }

    @Property(tries = 60, seed = "20261124", shrinking = ShrinkingMode.OFF)
    void showsTheSameHoweverManyShardsASubjectIsSplitInto(@ForAll long seed) throws SQLException {
        World world = new World(seed);
        List<String> split = usage();
        connection.rollback();
        RegisteredMeters.register(connection, List.of(world.meter));
        new UsageTables(connection, world.meter).insert(world.readings);
        assertThat(split).isEqualTo(usage());
    }

    /** Each version has counted everything; a third one that is not shown has, too. */
    @Property(tries = 80, seed = "20261130", shrinking = ShrinkingMode.OFF)
    void takesEachWindowFromTheVersionThatOwnsItsTime(@ForAll long seed) throws SQLException {
        World world = new World(seed);
        Instant change = world.later(world.instant());
        List<TakenReading> counted = new ArrayList<>();
        for (TakenReading reading : world.readings) {
            TakenReading changed = world.countedByTheSecondVersion(reading);
            counted.add(reading.at().isBefore(change) ? reading : changed);
        }
        world.divide(change);
        for (int i = 0; i < 6; i++) {
            QueryCall query = world.query();
            assertThat(query.rows(connection))
                    .as("%s, changed at %s, of %s", query, change, counted)
                    .isEqualTo(new UsageOracle(world.meter, counted).answer(query));
        }
        List<String> divided = usage();
        List<String> adjusted = adjustments();
        connection.rollback();
        RegisteredMeters.register(connection, List.of(world.meter));
        new UsageTables(connection, world.meter).insert(counted);
        assertThat(divided).isEqualTo(usage());
        assertThat(adjusted).isEqualTo(adjustments());
    }

    private static List<String> adjustments() throws SQLException {
        return texts(
                """
                select (meter, subject, group_by, window_start, readings, sum, min, max, latest)::text
                from tallyflow.adjustment
                """);
    }

    private static List<String> usage() throws SQLException {
        return texts("select u::text from tallyflow.usage u");
    }

    private static List<String> texts(String sql) throws SQLException {
        List<String> rows = new ArrayList<>();
        try (var statement = connection.createStatement();
                var row = statement.executeQuery(sql)) {
            while (row.next()) {
                rows.add(row.getString(1));
            }
        }
        rows.sort(null);
        return rows;
    }

    private static BigDecimal total(QueryCall query) throws SQLException {
        return query.values(connection).stream().reduce(BigDecimal.ZERO, BigDecimal::add);
    }

    /** One meter and its readings, written to the database; and questions about them. */
    private static final class World {
        private final Random random;
        private final ClockChange change;
        private final Meter meter;
        private final List<TakenReading> readings = new ArrayList<>();

        World(long seed, Aggregation... aggregations) throws SQLException {
            random = new Random(seed);
            change = pick(ClockChange.ALL);
            meter =
                    Meters.meter(
                            "m",
                            pick(
                                    List.of(
                                            aggregations.length == 0
                                                    ? Aggregation.values()
                                                    : aggregations)),
                            fitsHours() && random.nextBoolean()
                                    ? WindowSize.HOUR
                                    : WindowSize.MINUTE,
                            "aa",
                            "b");
            int size = random.nextInt(40);
            for (int i = 0; i < size; i++) {
                readings.add(reading(i));
            }
            RegisteredMeters.register(connection, List.of(meter));
            new UsageTables(connection, meter, 1 + random.nextInt(4)).insert(readings);
        }

        private boolean fitsHours() {
            return List.of("UTC", "Europe/Berlin", "CET", "America/Havana").contains(change.zone());
        }

        private TakenReading reading(int number) {
            return new TakenReading(
                    pick(SUBJECTS),
                    Map.of("aa", pick(GROUPS), "b", pick(GROUPS)),
                    // Some at one instant, so that source and id decide.
                    random.nextInt(4) == 0 ? change.at() : instant(),
                    pick(IDS),
                    pick(IDS) + number,
                    new BigDecimal(pick(VALUES)),
                    random.nextInt(4) == 0);
        }

        /** Near the change of clocks, to the microsecond; often exactly on a boundary. */
        Instant instant() {
            Duration reach =
                    pick(List.of(Duration.ofHours(3), Duration.ofDays(2), Duration.ofDays(400)));
            return change.near(random, reach);
        }

        /** After another instant and on the grain, so that neighbouring ranges share nothing. */
        Instant later(Instant than) {
            long millis = meter.windowSize().startOf(than.toEpochMilli());
            return Instant.ofEpochMilli(
                    millis + meter.windowSize().millis() * (1 + random.nextInt(3000)));
        }

        /** The same reading as a definition with other paths takes it. */
        TakenReading countedByTheSecondVersion(TakenReading reading) {
            return new TakenReading(
                    reading.subject(),
                    Map.of("aa", "of the second", "b", reading.groups().getOrDefault("aa", "")),
                    reading.at(),
                    reading.source(),
                    reading.id(),
                    reading.value().negate().add(BigDecimal.ONE),
                    reading.late());
        }

        /** Lets a second version count as well, and divides the time between both. */
        void divide(Instant change) throws SQLException {
            Meter second = count("second", this::countedByTheSecondVersion);
            Meter hidden = count("hidden", reading -> reading);
            try (var statement =
                    connection.prepareStatement(
                            """
                            update tallyflow.layer l set
                                slug = 'm',
                                version = v.version,
                                shown = v.version < 3,
                                counts_from = v.counts_from,
                                counts_to = v.counts_to
                            from (values ('m', 1, null, ?::timestamptz), (?, 2, ?, null), (?, 3, null, null))
                                v (slug, version, counts_from, counts_to)
                            where l.slug = v.slug
                            """)) {
                OffsetDateTime at = change.atOffset(ZoneOffset.UTC);
                statement.setObject(1, at);
                statement.setString(2, second.slug());
                statement.setObject(3, at);
                statement.setString(4, hidden.slug());
                statement.executeUpdate();
            }
        }

        private Meter count(String slug, UnaryOperator<TakenReading> taken) throws SQLException {
            Meter other = Meters.meter(slug, meter.aggregation(), meter.windowSize(), "aa", "b");
            RegisteredMeters.register(connection, List.of(meter, other));
            new UsageTables(connection, other, 1 + random.nextInt(4))
                    .insert(readings.stream().map(taken).toList());
            return other;
        }

        QueryCall query() {
            QueryCall query = QueryCall.of("m").in(zone());
            Instant one = instant();
            Instant other = instant();
            if (one.isBefore(other)) {
                query =
                        query.between(
                                random.nextInt(3) == 0 ? null : one,
                                random.nextInt(3) == 0 ? null : other);
            }
            query = query.by(size());
            if (random.nextInt(3) == 0) {
                query = query.ofSubjects(pick(SUBJECTS), pick(SUBJECTS));
            }
            if (random.nextInt(3) == 0) {
                query = query.where("aa", pick(GROUPS), pick(GROUPS));
            }
            return switch (random.nextInt(5)) {
                case 0 -> query.groupedBy("b");
                case 1 -> query.groupedBy("subject");
                case 2 -> query.groupedBy("b", "subject", "aa");
                case 3 -> query.groupedBy();
                default -> query;
            };
        }

        /** In letters of any case. */
        private String zone() {
            return switch (random.nextInt(4)) {
                case 0 -> change.zone().toLowerCase(Locale.ROOT);
                case 1 -> change.zone().toUpperCase(Locale.ROOT);
                default -> change.zone();
            };
        }

        private @Nullable String size() {
            List<String> sizes = List.of("HOUR", "HOUR", "DAY", "DAY", "WEEK", "MONTH", "YEAR");
            return switch (random.nextInt(4)) {
                case 0 -> null;
                case 1 -> meter.windowSize().name();
                default -> pick(sizes);
            };
        }

        private <T> T pick(List<T> all) {
            return all.get(random.nextInt(all.size()));
        }
    }
}
