package io.tallyflow.connectors.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.connectors.postgres.session.Outage;
import io.tallyflow.connectors.postgres.session.PostgresSession;
import io.tallyflow.schemas.commit.CommitName;
import io.tallyflow.schemas.commit.RewindTarget;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.apache.flink.metrics.SimpleCounter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Row security as docs/operating/roles.md sets it up. */
final class RowSecurityRecipeTest {

    private static final CommitName FIRST = new CommitName(7, 1);
    private static final CommitName SECOND = new CommitName(7, 2);
    private static final CommitName THIRD = new CommitName(8, 3);

    private PostgresServer.Database database;
    private LoginUser writer;
    private LoginUser same;
    private LoginUser other;

    @BeforeEach
    void secure() throws SQLException {
        database = PostgresServer.migrated();
        writer = new LoginUser(database, "tallyflow_writer");
        same = new LoginUser(database, "tallyflow_reader");
        other = new LoginUser(database, "tallyflow_operator");
        execute(
                """
                create index cell_owner on tallyflow.cell (subject);
                alter table tallyflow.cell enable row level security;
                alter table tallyflow.usage_row enable row level security;
                alter table tallyflow.adjustment_row enable row level security;
                alter table tallyflow.distinct_value enable row level security;
                alter table tallyflow.patched_adjustment enable row level security;
                alter table tallyflow.patch_window enable row level security;
                alter table tallyflow.void_event enable row level security;
                """);
        give(same, "s");
        give(other, "another");
    }

    @AfterEach
    void drop() throws SQLException {
        writer.close();
        same.close();
        other.close();
        database.close();
    }

    @Test
    void letsTheJobCommitAndRewindIfItsUserIsLetThrough() throws Exception {
        execute("alter role " + writer.name() + " bypassrls");
        commitAndRewind();
    }

    private void commitAndRewind() throws Exception {
        start();
        try (PostgresSession session = session()) {
            session.run(RolesTest.commit(FIRST, CommitName.NONE, null, 5, true));
            session.run(RolesTest.commit(SECOND, FIRST, null, 6, false));
            session.run(RolesTest.commit(THIRD, FIRST, new RewindTarget(1, 0), 4, false));
        }
        for (String sql :
                List.of(
                        "select value from tallyflow.query('tokens')",
                        "select value from tallyflow.usage",
                        "select value from tallyflow.query('tokens', group_by => '{subject}')")) {
            assertThat(RolesTest.ask(same.connect(), sql)).as(sql).containsExactly("13");
            assertThat(RolesTest.ask(database.connect(), sql)).as(sql).containsExactly("13");
            assertThat(RolesTest.ask(other.connect(), sql)).as(sql).isEmpty();
        }
        for (String table : List.of("cell", "usage_row", "adjustment_row", "distinct_value")) {
            String sql = "select count(*) > 0 from tallyflow." + table;
            assertThat(RolesTest.ask(same.connect(), sql)).as(table).containsExactly("t");
            assertThat(RolesTest.ask(other.connect(), sql)).as(table).containsExactly("f");
        }
    }

    @Test
    void letsTheJobCommitAndRewindUnderPoliciesThatLetItThrough() throws Exception {
        for (String table :
                List.of(
                        "cell",
                        "usage_row",
                        "adjustment_row",
                        "distinct_value",
                        "patched_adjustment",
                        "patch_window",
                        "void_event")) {
            execute(
                    "create policy job on tallyflow.%s to %s using (true) with check (true)"
                            .formatted(table, writer.name()));
        }
        commitAndRewind();
    }

    private void start() throws Exception {
        RegisteredMeters.register(writer.dataSource(), RolesTest.METERS);
        PostgresSinkOptions options = PostgresSinkOptions.defaults();
        new LedgerStart(writer.connections(), options).check(CommitName.NONE);
    }

    private PostgresSession session() {
        return new PostgresSession(
                writer.connections(),
                Duration.ofSeconds(10),
                new Outage(new SimpleCounter(), System::nanoTime));
    }

    private void give(LoginUser reader, String subject) throws SQLException {
        execute(
                "create policy own_%1$s on tallyflow.cell for select to %1$s using (subject = '%2$s')"
                        .formatted(reader.name(), subject));
        for (String table : List.of("patch_window", "void_event")) {
            execute(
                    "create policy own_%1$s on tallyflow.%2$s for select to %1$s using (subject = '%3$s')"
                            .formatted(reader.name(), table, subject));
        }
        for (String table :
                List.of("usage_row", "adjustment_row", "distinct_value", "patched_adjustment")) {
            execute(
                    """
                    create policy own_%1$s on tallyflow.%2$s for select to %1$s
                        using (cell = any (array(select c.cell from tallyflow.cell c)))
                    """
                            .formatted(reader.name(), table));
        }
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
