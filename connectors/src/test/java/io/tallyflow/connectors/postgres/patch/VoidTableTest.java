package io.tallyflow.connectors.postgres.patch;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.connectors.postgres.PostgresServer;
import io.tallyflow.connectors.postgres.RegisteredMeters;
import io.tallyflow.connectors.postgres.run.CountingRun;
import io.tallyflow.connectors.postgres.run.RunTable;
import io.tallyflow.connectors.postgres.run.UncountedTimes;
import io.tallyflow.schemas.meter.MeterFile;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class VoidTableTest {

    private static final Instant NOW = Instant.parse("2026-03-01T00:00:00Z");

    private PostgresServer.Database database;
    private Connection connection;

    @BeforeEach
    void open() throws Exception {
        database = PostgresServer.migrated();
        RegisteredMeters.register(
                database.dataSource(),
                MeterFile.parse("m", "meters: [{slug: m, eventType: t, aggregation: COUNT}]"));
        connection = database.connect();
        connection.setAutoCommit(false);
    }

    @AfterEach
    void close() throws Exception {
        connection.close();
        database.close();
    }

    @Test
    void appliesOnceMoreWhatWasAppliedWhileARunCounted() throws Exception {
        apply(connection, "before", "t");
        CountingRun run =
                new RunTable(connection)
                        .begin(new UncountedTimes(connection).of("m", null, null).get(0), null);
        apply(connection, "beside", "t");
        apply(connection, "other", "o");
        RunTable table = new RunTable(connection);
        table.show(table.advance(run, NOW, 1, 1));
        assertThat(states(connection))
                .containsExactly("before applied 1", "beside pending -", "other applied 4");
    }

    @Test
    void neitherARunNorAPatchGivesUpTheOther() throws Exception {
        for (PatchKind kind : PatchKind.values()) {
            long patch = new PatchTable(connection).begin(kind, 1, null);
            new RunTable(connection)
                    .begin(new UncountedTimes(connection).of("m", null, null).get(0), null);
            assertThat(running(connection)).as(kind.toString()).contains(patch).hasSize(2);
        }
    }

    private static List<Long> running(Connection connection) throws SQLException {
        List<Long> running = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery(
                                "select run from tallyflow.counting_run where state = 'running'")) {
            while (row.next()) {
                running.add(row.getLong(1));
            }
        }
        return running;
    }

    @Test
    void isPendingAgainAfterARewindUnlessAnotherVoidNamesTheEvent() throws Exception {
        VoidTable voids = new VoidTable(connection);
        UUID first = UUID.randomUUID();
        UUID second = UUID.randomUUID();
        voids.add(List.of(named(first, "first", 1), named(second, "second", 1)), NOW);
        voids.expire(NOW.plus(VoidTable.EXPIRES_AFTER).plusMillis(1));
        voids.add(List.of(named(first, "first", 2)), NOW);
        voids.add(List.of(named(UUID.randomUUID(), "later", 3)), NOW);
        new UndonePatches(connection).putBack(5, 2);
        assertThat(states(connection))
                .containsExactly("first expired -", "first pending -", "second pending -");
    }

    private static VoidEvent named(UUID target, String id, long checkpoint) {
        return new VoidEvent(UUID.randomUUID(), target, "c", "s", id, null, NOW, checkpoint);
    }

    private static void apply(Connection connection, String id, String type) throws SQLException {
        VoidTable voids = new VoidTable(connection);
        UUID key = UUID.randomUUID();
        UUID target = UUID.randomUUID();
        voids.add(List.of(new VoidEvent(key, target, "c", "s", id, null, NOW, 1)), null);
        voids.found(List.of(new VoidTarget(target, "c", "s", id, type, NOW, 1)));
        long run = new PatchTable(connection).begin(PatchKind.PATCH, 1, null);
        assertThat(voids.applied(List.of(key), run)).isEqualTo(1);
        assertThat(voids.applied(List.of(key), run)).as("once").isZero();
    }

    private static List<String> states(Connection connection) throws SQLException {
        List<String> states = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery(
                                """
                                select id || ' ' || state || ' ' || coalesce(run::text, '-')
                                from tallyflow.void order by id, state
                                """)) {
            while (row.next()) {
                states.add(row.getString(1));
            }
        }
        return states;
    }
}
