package io.tallyflow.connectors.postgres.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallyflow.connectors.postgres.RegisteredMeters;
import io.tallyflow.schemas.meter.Meter;
import io.tallyflow.schemas.meter.MeterFile;
import io.tallyflow.schemas.meter.MeterVersion;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class MeterRequestsTest extends EmptyRegistry {

    private static final String OLD =
            "{slug: m, eventType: t, aggregation: SUM, valueProperty: $.old, windowSize: HOUR}";
    private static final String CHANGED =
            "{slug: m, eventType: u, aggregation: SUM, valueProperty: $.new, windowSize: HOUR,"
                    + " groupBy: {b: $.b, a: \"$['a b']\"}}";

    @Test
    void asksForAFirstVersionOnceHoweverOftenAJobIsStarted() throws SQLException {
        List<Meter> meters = meters(OLD, "{slug: n, eventType: t, aggregation: COUNT}");
        for (int start = 0; start < 3; start++) {
            assertThat(take(meters)).isEqualTo(MeterVersion.firsts(meters));
        }
        assertThat(rows("select slug || version || state from tallyflow.meter_version order by 1"))
                .containsExactly("m1requested", "n1requested");
    }

    @Test
    void letsAChangedMeterCountFromTheNextBoundaryAfterAllThatWasAccepted() throws SQLException {
        register(take(meters(OLD)));
        accepted("2999-12-31 22:59:59.999Z");
        Meter changed = meters(CHANGED).get(0);
        long boundary = Instant.parse("2999-12-31T23:00:00Z").toEpochMilli();
        List<MeterVersion> expected =
                List.of(
                        MeterVersion.first(meters(OLD).get(0)),
                        new MeterVersion(changed, 2, boundary, MeterVersion.ALWAYS_TO));
        assertThat(take(List.of(changed))).isEqualTo(expected);
        // Decided once: events of its time may have been counted by it since.
        accepted("2999-12-31 23:59:59Z");
        assertThat(take(List.of(changed))).isEqualTo(expected);
    }

    @Test
    void countsEarlierVersionsOnForTheirTime() throws SQLException {
        register(take(meters(OLD)));
        List<MeterVersion> both = take(meters(CHANGED));
        register(both);
        long boundary = both.get(1).fromMillis();
        assertThat(boundary).isGreaterThan(System.currentTimeMillis() - 60_000);
        assertThat(take(meters(CHANGED)))
                .containsExactly(
                        new MeterVersion(meters(OLD).get(0), 1, MeterVersion.ALWAYS_FROM, boundary),
                        both.get(1));
        assertThat(
                        rows(
                                "select version || state || (counts_to is null)"
                                        + " from tallyflow.meter_version order by 1"))
                .containsExactly("1shownfalse", "2showntrue");
    }

    @Test
    void takesAnotherDescriptionForNoOtherVersion() throws SQLException {
        register(take(meters(OLD)));
        List<Meter> described = meters(OLD.replace("}", ", description: other}"));
        List<MeterVersion> versions = take(described);
        assertThat(versions).isEqualTo(MeterVersion.firsts(described));
        register(versions);
        assertThat(rows("select description from tallyflow.meter")).containsExactly("other");
    }

    @Test
    void refusesAnotherAggregationOrWindowSizeAndAsksForNothing() throws SQLException {
        register(take(meters(OLD)));
        List<Meter> wrong =
                meters(
                        OLD.replace("SUM", "MAX").replace("HOUR", "DAY"),
                        "{slug: n, eventType: t, aggregation: COUNT}");
        assertThatThrownBy(() -> take(wrong))
                .isInstanceOf(ChangedMeterException.class)
                .hasMessageContainingAll(
                        "meter m: aggregation is SUM and cannot become MAX",
                        "meter m: windowSize is HOUR and cannot become DAY",
                        "new slug");
        assertThat(rows("select slug from tallyflow.meter_version")).containsExactly("m");
    }

    @Test
    void takesBackWhatAStartAskedForThatNeverCounted() throws SQLException {
        take(meters(OLD.replace("SUM", "MAX")));
        List<MeterVersion> corrected = take(meters(OLD));
        assertThat(corrected)
                .containsExactly(
                        new MeterVersion(
                                meters(OLD).get(0),
                                2,
                                MeterVersion.ALWAYS_FROM,
                                MeterVersion.ALWAYS_TO));
        register(corrected);
        take(meters(CHANGED));
        assertThat(take(meters(OLD))).isEqualTo(corrected);
        assertThat(rows("select version || state from tallyflow.meter_version order by 1"))
                .containsExactly("1withdrawn", "2shown", "3withdrawn");
    }

    @Test
    @Timeout(60)
    void asksOnceWhereTwoStartAtOnce() throws Exception {
        register(take(meters(OLD)));
        try (Connection first = database().connect()) {
            first.setAutoCommit(false);
            List<MeterVersion> taken = MeterRequests.take(first, meters(CHANGED));
            CompletableFuture<List<MeterVersion>> second =
                    CompletableFuture.supplyAsync(() -> takeChanged());
            while (rows("select pid from pg_locks where not granted").isEmpty()) {
                assertThat(second).as("does not wait for the first").isNotDone();
            }
            first.commit();
            assertThat(second.get()).isEqualTo(taken);
        }
        assertThat(rows("select version from tallyflow.meter_version order by 1"))
                .containsExactly("1", "2");
    }

    private List<MeterVersion> takeChanged() {
        try {
            return take(meters(CHANGED));
        } catch (SQLException e) {
            throw new CompletionException(e);
        }
    }

    private List<MeterVersion> take(List<Meter> meters) throws SQLException {
        return MeterRequests.take(database().dataSource(), meters);
    }

    private void register(List<MeterVersion> versions) throws SQLException {
        try (Connection connection = database().connect()) {
            connection.setAutoCommit(false);
            RegisteredMeters.register(connection, versions, null);
            connection.commit();
        }
    }

    private void accepted(String newest) throws SQLException {
        try (Connection connection = database().connect();
                Statement statement = connection.createStatement()) {
            statement.execute("delete from tallyflow.ledger");
            statement.execute(
                    "insert into tallyflow.ledger (pipeline, newest_event) values ('m', '"
                            + newest
                            + "')");
        }
    }

    private static List<Meter> meters(String... yaml) {
        return MeterFile.parse("meters.yaml", "meters:\n- " + String.join("\n- ", yaml));
    }
}
