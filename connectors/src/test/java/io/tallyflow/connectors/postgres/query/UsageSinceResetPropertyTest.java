package io.tallyflow.connectors.postgres.query;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.connectors.postgres.RegisteredMeters;
import io.tallyflow.schemas.measure.Aggregation;
import io.tallyflow.schemas.meter.Meter;
import io.tallyflow.schemas.meter.WindowSize;
import java.math.BigDecimal;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.constraints.LongRange;
import org.jspecify.annotations.Nullable;

/**
 * Random readings, resets and undos in random order, and what was used since according to the
 * single readings.
 */
class UsageSinceResetPropertyTest extends DatabaseProperty {

    private static final Instant START = Instant.parse("2026-02-27T22:00:00Z");
    private static final List<String> SUBJECTS = List.of("a", "B", "\u00e9");
    private static final List<String> VALUES = List.of("0", "1", "-7", "0.000000000000000001", "3");

    @Property(tries = 120, seed = "20260301", shrinking = ShrinkingMode.OFF)
    void isWhatTheReadingsSinceComeTo(@ForAll long seed) throws SQLException {
        World world = new World(seed);
        for (int i = 0; i < 6; i++) {
            String subject = world.subject();
            Instant at = world.random.nextInt(4) == 0 ? null : world.instant();
            assertThat(new ResetRows(connection).usageSince("m", subject, at))
                    .as("of %s at %s, resets %s, %s", subject, at, world.resets, world.readings)
                    .isEqualTo(world.usageSince(subject, at));
        }
    }

    @Property(tries = 60, seed = "20260302", shrinking = ShrinkingMode.OFF)
    void changesNoAnswerOfAQuery(@ForAll long seed) throws SQLException {
        World world = new World(seed);
        Instant from = world.instant();
        List<QueryCall> queries =
                List.of(
                        QueryCall.of("m"),
                        QueryCall.of("m").between(from, null).groupedBy("subject"),
                        QueryCall.of("m").by(world.meter.windowSize().name()));
        List<List<AnswerRow>> with = answers(queries);
        try (var statement = connection.createStatement()) {
            statement.execute("delete from tallyflow.reset");
        }
        assertThat(answers(queries)).isEqualTo(with);
    }

    @Property(tries = 300)
    void beginsAWindowOfTheJob(
            // From the year 1 to the year 9999, in microseconds.
            @ForAll @LongRange(min = -62_135_596_800_000_000L, max = 253_402_300_799_999_999L)
                    long micros,
            @ForAll WindowSize size)
            throws SQLException {
        Instant at =
                Instant.ofEpochSecond(
                        Math.floorDiv(micros, 1_000_000L),
                        Math.floorMod(micros, 1_000_000L) * 1_000L);
        Instant start = Instant.ofEpochMilli(size.startOf(at.toEpochMilli()));
        assertThat(windowStart(size, at)).isEqualTo(start);
        assertThat(windowStart(size, start)).isEqualTo(start);
        assertThat(windowStart(size, start.plusMillis(size.millis()).minusNanos(1_000)))
                .isEqualTo(start);
    }

    private static Instant windowStart(WindowSize size, Instant at) throws SQLException {
        try (PreparedStatement question =
                connection.prepareStatement("select tallyflow.window_start(?, ?)")) {
            question.setString(1, size.name());
            question.setObject(2, at.atOffset(ZoneOffset.UTC));
            try (ResultSet row = question.executeQuery()) {
                row.next();
                return row.getObject(1, OffsetDateTime.class).toInstant();
            }
        }
    }

    private static List<List<AnswerRow>> answers(List<QueryCall> queries) throws SQLException {
        List<List<AnswerRow>> answers = new ArrayList<>();
        for (QueryCall query : queries) {
            answers.add(query.rows(connection));
        }
        return answers;
    }

    private record Reset(String id, @Nullable String subject, Instant at, boolean undone) {}

    /** One meter with its readings and resets, in the database too. */
    private static final class World {

        private final Random random;
        private final Meter meter;
        private final List<TakenReading> readings = new ArrayList<>();
        private final List<Reset> resets = new ArrayList<>();

        World(long seed) throws SQLException {
            random = new Random(seed);
            meter =
                    Meters.meter(
                            "m",
                            pick(List.of(Aggregation.values())),
                            pick(List.of(WindowSize.values())));
            RegisteredMeters.register(connection, List.of(meter));
            int before = random.nextInt(3);
            int after = random.nextInt(5);
            for (int i = 0; i < before; i++) {
                reset("before" + i);
            }
            int size = random.nextInt(30);
            for (int i = 0; i < size; i++) {
                readings.add(reading(i));
            }
            new UsageTables(connection, meter, 1 + random.nextInt(3)).insert(readings);
            for (int i = 0; i < after; i++) {
                reset("after" + i);
            }
        }

        private TakenReading reading(int number) {
            return new TakenReading(
                    pick(SUBJECTS),
                    Map.of(),
                    instant(),
                    "s",
                    "id" + number,
                    new BigDecimal(pick(VALUES)),
                    random.nextInt(3) == 0);
        }

        private void reset(String id) throws SQLException {
            ResetRows rows = new ResetRows(connection);
            String subject = subject();
            Instant requested = instant();
            rows.record(id, "m", subject, requested);
            boolean undone = random.nextInt(3) == 0;
            if (undone) {
                rows.undo(id);
            }
            resets.add(new Reset(id, subject, windowOf(requested), undone));
        }

        /** By looking at every reset and every reading. */
        @Nullable BigDecimal usageSince(@Nullable String subject, @Nullable Instant at) {
            Instant since =
                    resets.stream()
                            .filter(reset -> !reset.undone())
                            .filter(r -> r.subject() == null || r.subject().equals(subject))
                            .map(Reset::at)
                            .filter(boundary -> at == null || !boundary.isAfter(at))
                            .max(Instant::compareTo)
                            .orElse(Instant.MIN);
            List<TakenReading> counted =
                    readings.stream()
                            .filter(r -> subject == null || r.subject().equals(subject))
                            .filter(r -> !r.at().isBefore(since))
                            .filter(r -> at == null || windowOf(r.at()).isBefore(at))
                            .toList();
            if (counted.isEmpty()) {
                return switch (meter.aggregation()) {
                    case SUM, COUNT, UNIQUE_COUNT -> BigDecimal.ZERO;
                    case AVG, MIN, MAX, LATEST -> null;
                };
            }
            return new UsageOracle(meter, counted).answer(QueryCall.of("m")).get(0).value();
        }

        private Instant windowOf(Instant at) {
            return Instant.ofEpochMilli(meter.windowSize().startOf(at.toEpochMilli()));
        }

        private @Nullable String subject() {
            return random.nextInt(3) == 0 ? null : pick(SUBJECTS);
        }

        /** In one of eight windows; often exactly on a boundary. */
        private Instant instant() {
            Instant window =
                    windowOf(START).plusMillis(meter.windowSize().millis() * random.nextInt(8));
            return random.nextBoolean()
                    ? window
                    : window.plusNanos(
                            random.nextLong(meter.windowSize().millis() * 1_000) * 1_000);
        }

        private <T> T pick(List<T> all) {
            return all.get(random.nextInt(all.size()));
        }
    }
}
