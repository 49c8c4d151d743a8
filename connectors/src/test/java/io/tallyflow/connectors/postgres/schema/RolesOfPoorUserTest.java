package io.tallyflow.connectors.postgres.schema;

import static org.assertj.core.api.Assertions.assertThat;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * The schema on a server where the user that migrates may not make roles, as on many that are
 * managed. Roles belong to the whole server: this test has one of its own.
 */
final class RolesOfPoorUserTest {

    private EmbeddedPostgres server;
    private PGSimpleDataSource poor;

    @BeforeEach
    void start() throws IOException, SQLException {
        server =
                EmbeddedPostgres.builder()
                        .setDataDirectory(
                                Path.of("target", "postgres-roles-" + ProcessHandle.current().pid())
                                        .toAbsolutePath())
                        .setCleanDataDirectory(true)
                        .start();
        administrate("create role poor login");
        administrate("create database metering owner poor");
        poor = new PGSimpleDataSource();
        poor.setUrl(server.getJdbcUrl("poor", "metering"));
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    @Test
    void migratesWithoutRolesAndSaysWhatToRunByHand() throws SQLException {
        Migrations.apply(poor);
        assertThat(owners()).containsExactly("poor");
        String notice = makeRoles().get(0);
        assertThat(notice).contains("poor may not create roles");

        String byHand = notice.substring(notice.indexOf("run: ") + 5, notice.indexOf("; then"));
        administrate(byHand);
        assertThat(makeRoles()).isEmpty();
        assertThat(owners()).containsExactly("tallyflow_owner");
        assertThat(Migrations.makePartitions(poor, LocalDate.now(ZoneOffset.UTC).plusMonths(6)))
                .isPositive();
        assertThat(owners()).containsExactly("tallyflow_owner");
        assertThat(makeRoles()).isEmpty();
        Migrations.apply(poor);
    }

    @Test
    void staysTheOwnerWhereItMayNotActAsTheRole() throws SQLException {
        for (String role : new String[] {"owner", "writer", "reader", "operator"}) {
            administrate("create role tallyflow_" + role);
        }
        Migrations.apply(poor);
        assertThat(owners()).containsExactly("poor");
        assertThat(
                        ask(
                                "select has_table_privilege('tallyflow_reader', 'tallyflow.usage', 'select')"))
                .containsExactly("t");
        assertThat(makeRoles().get(0)).contains("stays the owner", "grant tallyflow_owner to poor");
    }

    @Test
    void givesTheOlderRolesTheirRightsWhereTheNewestIsMissing() throws SQLException {
        for (String role : new String[] {"owner", "writer", "reader"}) {
            administrate("create role tallyflow_" + role);
        }
        administrate("grant tallyflow_owner to poor");
        Migrations.apply(poor);
        assertThat(owners()).containsExactly("tallyflow_owner");
        assertThat(
                        ask(
                                "select has_table_privilege('tallyflow_reader', 'tallyflow.reset', 'select')"))
                .containsExactly("t");
        String notice = makeRoles().get(0);
        assertThat(notice).contains("missing: tallyflow_operator;");

        administrate(notice.substring(notice.indexOf("run: ") + 5, notice.indexOf("; then")));
        assertThat(makeRoles()).isEmpty();
        assertThat(
                        ask(
                                "select has_table_privilege('tallyflow_operator', 'tallyflow.savepoint', 'insert')"))
                .containsExactly("t");
    }

    @Test
    void staysTheOwnerWhereItWouldNotInherit() throws SQLException {
        administrate("alter role poor createrole noinherit");
        Migrations.apply(poor);
        assertThat(owners()).containsExactly("poor");
        Migrations.makePartitions(poor, LocalDate.now(ZoneOffset.UTC).plusMonths(6));
    }

    @Test
    void becomesAMemberOfTheOwnerWhereItMayMakeRoles() throws SQLException {
        administrate("alter role poor createrole");
        Migrations.apply(poor);
        assertThat(owners()).containsExactly("tallyflow_owner");
        assertThat(makeRoles()).isEmpty();
        Migrations.makePartitions(poor, LocalDate.now(ZoneOffset.UTC).plusMonths(6));
        assertThat(ask("select count(*) from tallyflow.usage")).containsExactly("0");
    }

    /** Calls the function; returns what it had to say. */
    private List<String> makeRoles() throws SQLException {
        try (Connection connection = poor.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("select tallyflow.make_roles()");
            List<String> notices = new ArrayList<>();
            for (SQLWarning notice = statement.getWarnings();
                    notice != null;
                    notice = notice.getNextWarning()) {
                notices.add(notice.getMessage());
            }
            return notices;
        }
    }

    private List<String> owners() throws SQLException {
        return ask(
                """
                select distinct pg_get_userbyid(owner)
                from (
                    select relowner from pg_class
                    where relnamespace = 'tallyflow'::regnamespace
                        and relkind in ('r', 'p', 'v', 'c')
                        and relname <> 'flyway_schema_history'
                    union
                    select proowner from pg_proc where pronamespace = 'tallyflow'::regnamespace
                ) o (owner)
                """);
    }

    private List<String> ask(String sql) throws SQLException {
        try (Connection connection = poor.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            List<String> answers = new ArrayList<>();
            while (rows.next()) {
                answers.add(rows.getString(1));
            }
            return answers;
        }
    }

    private void administrate(String sql) throws SQLException {
        try (Connection connection = server.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
