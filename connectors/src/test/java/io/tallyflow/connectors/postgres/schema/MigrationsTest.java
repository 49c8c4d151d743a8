package io.tallyflow.connectors.postgres.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallyflow.connectors.postgres.PostgresServer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

class MigrationsTest {

    @Test
    void appliesToAnEmptyDatabaseAndDoesNothingTheSecondTime() throws SQLException {
        try (PostgresServer.Database database = PostgresServer.empty()) {
            Migrations.apply(database.dataSource());
            List<String> before = applied(database);
            Migrations.apply(database.dataSource());
            assertThat(applied(database)).isEqualTo(before).hasSizeGreaterThanOrEqualTo(4);
            assertThat(
                            strings(
                                    database,
                                    "select schema_name::text from information_schema.schemata"
                                            + " where schema_name !~ '^pg_|^information_schema$'"))
                    .containsExactlyInAnyOrder("public", "tallyflow");
            assertThat(
                            strings(
                                    database,
                                    "select relname::text from pg_class"
                                            + " where relnamespace = 'public'::regnamespace"))
                    .isEmpty();
        }
    }

    @Test
    void refusesADatabaseThatANewerProgramMigrated() throws SQLException {
        try (PostgresServer.Database database = PostgresServer.migrated()) {
            execute(
                    database,
                    """
                    insert into tallyflow.flyway_schema_history (installed_rank, version,
                        description, type, script, installed_by, execution_time, success)
                    values (1000, '1000', 'from the future', 'SQL', 'V1000__x.sql', 'x', 0, true)
                    """);
            assertThatThrownBy(() -> Migrations.apply(database.dataSource()))
                    .isInstanceOf(SchemaException.class)
                    .hasMessageContaining("1000");
        }
    }

    @Test
    void refusesADatabaseThatIsNotUtf8() {
        try (PostgresServer.Database database =
                PostgresServer.empty("template template0 encoding 'SQL_ASCII' locale 'C'")) {
            assertThatThrownBy(() -> Migrations.apply(database.dataSource()))
                    .isInstanceOf(SchemaException.class)
                    .hasMessageContaining("UTF8")
                    .hasMessageContaining("SQL_ASCII");
        }
    }

    @Test
    void refusesASchemaThatIsNotItsOwn() throws SQLException {
        try (PostgresServer.Database database = PostgresServer.empty()) {
            execute(database, "create schema tallyflow");
            execute(database, "create table tallyflow.something (x int)");
            assertThatThrownBy(() -> Migrations.apply(database.dataSource()))
                    .isInstanceOf(SchemaException.class)
                    .hasMessageContaining("tallyflow");
        }
    }

    @Test
    void saysThatADatabaseCannotBeReached() {
        PGSimpleDataSource nowhere = new PGSimpleDataSource();
        nowhere.setUrl("jdbc:postgresql://256.0.0.1:1/x");
        assertThatThrownBy(() -> Migrations.apply(nowhere))
                .isInstanceOf(SchemaException.class)
                .hasMessageContaining("cannot be reached");
    }

    @Test
    void comparesAllTextAsBytes() throws SQLException {
        try (PostgresServer.Database database = PostgresServer.migrated()) {
            assertThat(
                            strings(
                                    database,
                                    """
                            select a.attrelid::regclass || '.' || a.attname
                            from pg_attribute a
                            join pg_class c on c.oid = a.attrelid
                            join pg_collation k on k.oid = a.attcollation
                            where c.relnamespace = 'tallyflow'::regnamespace
                              and c.relname !~ 'flyway' and a.attnum > 0
                              and a.attname not in ('description')
                              and k.collname <> 'C'
                            """))
                    .isEmpty();
        }
    }

    @Test
    void pinsTheSearchPathOfEveryFunctionWithTheRightsOfTheCaller() throws SQLException {
        try (PostgresServer.Database database = PostgresServer.migrated()) {
            // A body in standard SQL is bound when it is made and needs no pin; aggregates have
            // none.
            assertThat(
                            strings(
                                    database,
                                    """
                            select oid::regprocedure::text from pg_proc
                            where pronamespace = 'tallyflow'::regnamespace and prokind <> 'a'
                              and (prosecdef or prosqlbody is null
                                and not coalesce(proconfig, '{}')
                                    @> array['search_path=pg_catalog, pg_temp'])
                            """))
                    .isEmpty();
        }
    }

    @Test
    void explainsEveryPublicObject() throws SQLException {
        try (PostgresServer.Database database = PostgresServer.migrated()) {
            assertThat(
                            strings(
                                    database,
                                    """
                            select c.relname || '.' || a.attname
                            from pg_class c join pg_attribute a on a.attrelid = c.oid
                            where c.relnamespace = 'tallyflow'::regnamespace
                              and (c.relkind = 'v' or c.relname in ('adjustment', 'reset'))
                              and a.attnum > 0
                              and (col_description(c.oid, a.attnum) is null
                                or obj_description(c.oid, 'pg_class') is null)
                            union all
                            select oid::regprocedure::text from pg_proc
                            where pronamespace = 'tallyflow'::regnamespace
                              and obj_description(oid, 'pg_proc') is null
                            union all
                            select 'query_row' where obj_description(
                                'tallyflow.query_row'::regtype, 'pg_type') is null
                            """))
                    .isEmpty();
        }
    }

    private static List<String> applied(PostgresServer.Database database) throws SQLException {
        return strings(
                database,
                "select script || installed_on from tallyflow.flyway_schema_history order by 1");
    }

    private static void execute(PostgresServer.Database database, String sql) throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static List<String> strings(PostgresServer.Database database, String sql)
            throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            List<String> result = new ArrayList<>();
            while (rows.next()) {
                result.add(rows.getString(1));
            }
            return result;
        }
    }
}
