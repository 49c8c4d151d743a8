package io.tallyflow.connectors.postgres.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallyflow.schemas.meter.Definitions;
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
import javax.sql.DataSource;
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
        take(meters(OLD));
        register();
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
        take(meters(OLD));
        register();
        List<MeterVersion> both = take(meters(CHANGED));
        register();
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
        take(meters(OLD));
        register();
        List<Meter> described = meters(OLD.replace("}", ", description: other}"));
        List<MeterVersion> versions = take(described);
        assertThat(versions).isEqualTo(MeterVersion.firsts(described));
        register();
        assertThat(rows("select description from tallyflow.meter")).containsExactly("other");
    }

    @Test
    void refusesAnotherAggregationOrWindowSizeAndAsksForNothing() throws SQLException {
        take(meters(OLD));
        register();
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
        register();
        take(meters(CHANGED));
        assertThat(take(meters(OLD))).isEqualTo(corrected);
        assertThat(rows("select version || state from tallyflow.meter_version order by 1"))
                .containsExactly("1withdrawn", "2shown", "3withdrawn");
    }

    @Test
    void asksForNothingWhereAStartBringsTheFileOfTheStartBefore() throws SQLException {
        take(meters(OLD));
        register();
        Meter added = meters("{slug: n, eventType: t, aggregation: COUNT}").get(0);
        assertThat(apply(false, added)).containsExactly("n1ADDED");
        assertThat(MeterRequests.take(database().dataSource(), meters(OLD)).changes()).isEmpty();
        assertThat(take(meters(OLD))).hasSize(2);
        // Another file is the whole truth.
        assertThat(kinds(MeterRequests.take(database().dataSource(), meters(CHANGED)).changes()))
                .containsExactly("m2CHANGED", "n1WITHDRAWN");
    }

    @Test
    void retiresWhatIsNotInTheFileOnlyIfAsked() throws SQLException {
        take(meters(OLD));
        register();
        accepted("2026-03-01 10:20:00Z");
        Meter added = meters("{slug: n, eventType: t, aggregation: COUNT}").get(0);
        assertThat(apply(false, added)).containsExactly("n1ADDED");
        assertThat(apply(true, added)).containsExactly("n1UNCHANGED", "m1RETIRED");
        assertThat(apply(true, added)).containsExactly("n1UNCHANGED");
        register();
        assertThat(
                        rows(
                                "select slug || state || coalesce(counts_to::text, '')"
                                        + " from tallyflow.meter_version order by 1"))
                .containsExactly("mretired2026-03-01 11:00:00+00", "nshown");
        // What comes later of the time before is counted all the same.
        assertThat(definitions().versions().get(0).toMillis())
                .isEqualTo(Instant.parse("2026-03-01T11:00:00Z").toEpochMilli());
    }

    @Test
    void givesAMeterThatComesBackAnotherVersion() throws SQLException {
        take(meters(OLD));
        register();
        Instant end = Instant.parse("2999-01-01T00:00:00Z");
        assertThat(MeterRequests.retire(database().dataSource(), "m", end))
                .contains(new MeterChange("m", 1, MeterChange.Kind.RETIRED, 2, end));
        assertThat(MeterRequests.retire(database().dataSource(), "m", end)).isEmpty();
        assertThat(MeterRequests.retire(database().dataSource(), "other", null)).isEmpty();
        register();
        assertThat(rows("select slug from tallyflow.meter")).isEmpty();
        assertThat(apply(false, meters(OLD).get(0))).containsExactly("m2CHANGED");
        register();
        assertThat(
                        rows(
                                "select concat_ws('|', version, state, counts_from::date,"
                                        + " counts_to::date) from tallyflow.meter_version order by 1"))
                .containsExactly("1|shown|2999-01-01", "2|shown|2999-01-01");
        assertThat(rows("select version from tallyflow.meter")).containsExactly("2");
    }

    @Test
    void refusesToRetireWithinAWindowOrBeforeTheVersionBegins() throws SQLException {
        take(meters(OLD));
        register();
        apply(false, meters(CHANGED).get(0));
        register();
        for (String at : List.of("2999-01-01T00:30:00Z", "2999-01-01T00:00:00.000000100Z")) {
            assertThatThrownBy(
                            () ->
                                    MeterRequests.retire(
                                            database().dataSource(), "m", Instant.parse(at)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContainingAll(at, "meter m", "HOUR");
        }
        assertThatThrownBy(
                        () ->
                                MeterRequests.retire(
                                        database().dataSource(),
                                        "m",
                                        Instant.parse("2000-01-01T00:00:00Z")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("version 2 of meter m counts from");
    }

    @Test
    void takesBackTheNewestVersionWhileTotalsDoNotShowIt() throws SQLException {
        take(meters(OLD));
        register();
        apply(false, meters(CHANGED).get(0));
        DataSource database = database().dataSource();
        assertThat(MeterRequests.withdraw(database, "m", 1)).isEmpty();
        assertThat(MeterRequests.withdraw(database, "m", 3)).isEmpty();
        assertThat(MeterRequests.withdraw(database, "m", 2))
                .contains(new MeterChange("m", 2, MeterChange.Kind.WITHDRAWN, 3, null));
        assertThat(definitions().versions()).isEqualTo(MeterVersion.firsts(meters(OLD)));
        // Events may have been counted by it in the meantime: its rows have a layer, which counts
        // for nothing.
        register();
        assertThat(rows("select name || shown from tallyflow.layer order by 1"))
                .containsExactly("m@1true", "m@2false");
        assertThat(rows("select version || state from tallyflow.meter_version order by 1"))
                .containsExactly("1shown", "2withdrawn");
        assertThat(MeterRequests.withdraw(database, "m", 1)).isEmpty();
    }

    /** Else the version before would be counted on, of a meter that nobody lists. */
    @Test
    void retiresEveryVersionThatIsCounted() throws SQLException {
        take(meters(OLD));
        register();
        apply(false, meters(CHANGED).get(0));
        assertThat(MeterRequests.endedBy(database().dataSource(), List.of())).containsExactly("m");
        assertThat(kinds(MeterRequests.apply(database().dataSource(), List.of(), true, null)))
                .containsExactly("m1RETIRED");
        assertThat(definitions().versions())
                .singleElement()
                .satisfies(
                        left -> assertThat(left.toMillis()).isNotEqualTo(MeterVersion.ALWAYS_TO));
        register();
        assertThat(rows("select slug from tallyflow.meter")).isEmpty();
        assertThat(MeterRequests.endedBy(database().dataSource(), List.of())).isEmpty();
        assertThat(apply(true)).isEmpty();
    }

    @Test
    void countsFromATimeInThePastIfAsked() throws SQLException {
        take(meters(OLD));
        register();
        accepted("2026-03-01 12:00:00Z");
        Instant past = Instant.parse("2026-03-01T10:00:00Z");
        assertThat(applyFrom(past, meters(CHANGED).get(0))).containsExactly("m2CHANGED");
        try (Connection connection = database().connect()) {
            MeterRegistry.register(
                    connection,
                    0,
                    Long.MAX_VALUE,
                    1,
                    unused -> Instant.parse("2026-03-01T12:00:00Z").toEpochMilli());
        }
        assertThat(states()).containsExactly("1shown", "2registered");
        // A run may still be counting what it lacks.
        assertThat(applyFrom(past, meters(CHANGED).get(0))).containsExactly("m2UNCHANGED");
        assertThat(applyFrom(past.plusSeconds(3_600), meters(CHANGED).get(0)))
                .containsExactly("m3CHANGED");
        assertThat(definitions().versions())
                .extracting(MeterVersion::fromMillis)
                .contains(past.toEpochMilli(), past.plusSeconds(3_600).toEpochMilli());
        Instant within = past.plusMillis(1);
        assertThatThrownBy(() -> applyFrom(within, meters(CHANGED).get(0)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is within a window of meter m");
        assertThatThrownBy(() -> applyFrom(past.plusNanos(1_000), meters(CHANGED).get(0)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private List<String> applyFrom(Instant from, Meter meter) throws SQLException {
        return kinds(MeterRequests.apply(database().dataSource(), List.of(meter), false, from));
    }

    @Test
    void givesAVersionThatLacksEventsAnotherBoundaryIfAskedAgain() throws SQLException {
        take(meters(OLD));
        register();
        apply(false, meters(CHANGED).get(0));
        // An event of its time came before it was taken up.
        try (Connection connection = database().connect()) {
            MeterRegistry.register(
                    connection,
                    0,
                    Long.MAX_VALUE,
                    1,
                    unused -> Instant.parse("2999-01-01T00:30:00Z").toEpochMilli());
        }
        accepted("2999-01-01 00:30:00Z");
        assertThat(states()).containsExactly("1shown", "2registered");
        assertThat(apply(false, meters(CHANGED).get(0))).containsExactly("m3CHANGED");
        register();
        assertThat(states()).containsExactly("1shown", "2registered", "3shown");
        assertThat(definitions().versions())
                .extracting(MeterVersion::version)
                .containsExactly(1, 3);
        assertThat(apply(false, meters(CHANGED).get(0))).containsExactly("m3UNCHANGED");
        assertThat(MeterRequests.retire(database().dataSource(), "m", null)).isPresent();
        register();
        assertThat(definitions().versions())
                .allMatch(version -> version.toMillis() != MeterVersion.ALWAYS_TO);
    }

    private List<String> states() throws SQLException {
        return rows("select version || state from tallyflow.meter_version order by version");
    }

    @Test
    void letsAMistakeBeMendedThatTotalsNeverShowed() throws SQLException {
        apply(false, meters(OLD.replace("SUM", "MAX")).get(0));
        apply(false, meters(OLD).get(0));
        // The first commit finds both.
        register();
        assertThat(
                        rows(
                                "select aggregation || version || in_force from tallyflow.meter_definition"))
                .containsExactly("SUM2true");
    }

    @Test
    void saysWhatWouldBeAskedAndAsksForNothing() throws SQLException {
        take(meters(OLD));
        register();
        List<MeterChange> would =
                MeterRequests.wouldApply(database().dataSource(), meters(CHANGED), true, null);
        assertThat(kinds(would)).containsExactly("m2CHANGED");
        assertThat(rows("select count(*) from tallyflow.meter_request")).containsExactly("1");
    }

    @Test
    void isTheSameForWhoeverReadsTheSameRequest() throws SQLException {
        take(meters(OLD));
        register();
        apply(false, meters(CHANGED).get(0));
        MeterRequests.retire(database().dataSource(), "m", Instant.parse("2999-01-01T00:00:00Z"));
        try (Connection connection = database().connect()) {
            RequestTable table = RequestTable.readable(connection);
            assertThat(table.definitions(1).versions()).isEqualTo(MeterVersion.firsts(meters(OLD)));
            assertThat(table.definitions(2).versions()).hasSize(2);
            assertThat(table.definitions(2).versions().get(1).toMillis())
                    .isEqualTo(MeterVersion.ALWAYS_TO);
            register();
            assertThat(table.definitions(2).versions().get(0).toMillis())
                    .isEqualTo(MeterVersion.ALWAYS_TO);
            assertThat(MeterRequests.after(connection, table.newest())).isNull();
            assertThat(MeterRequests.after(connection, 0)).isEqualTo(definitions());
        }
    }

    private Definitions definitions() throws SQLException {
        try (Connection connection = database().connect()) {
            RequestTable table = RequestTable.readable(connection);
            return table.definitions(table.newest());
        }
    }

    private List<String> apply(boolean prune, Meter... meters) throws SQLException {
        return kinds(MeterRequests.apply(database().dataSource(), List.of(meters), prune, null));
    }

    private static List<String> kinds(List<MeterChange> changes) {
        return changes.stream()
                .map(change -> change.slug() + change.version() + change.kind())
                .toList();
    }

    @Test
    @Timeout(60)
    void asksOnceWhereTwoStartAtOnce() throws Exception {
        take(meters(OLD));
        register();
        try (Connection first = database().connect()) {
            first.setAutoCommit(false);
            List<MeterVersion> taken =
                    MeterRequests.take(first, meters(CHANGED)).definitions().versions();
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
        return MeterRequests.take(database().dataSource(), meters).definitions().versions();
    }

    private void register() throws SQLException {
        try (Connection connection = database().connect()) {
            connection.setAutoCommit(false);
            MeterRegistry.register(connection, 0, Long.MAX_VALUE, 1, unused -> null);
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
