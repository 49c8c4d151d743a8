package io.tallyflow.connectors.iceberg.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallyflow.connectors.iceberg.write.SmallLake;
import io.tallyflow.connectors.postgres.PostgresServer;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The catalog's tables in a database where something else lives already. */
final class CatalogTablesTest {

    @TempDir private Path folder;
    private PostgresServer.Database database;

    @BeforeEach
    void makeDatabase() throws SQLException {
        database = PostgresServer.empty();
        execute("create schema tallyflow");
    }

    @AfterEach
    void dropDatabase() {
        database.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // Another catalog, whole; without views; half; or what only looks like one.
                """
                create table iceberg_tables (catalog_name text, table_namespace text,
                    table_name text, metadata_location text, previous_metadata_location text,
                    iceberg_type varchar(5));
                create table iceberg_namespace_properties (catalog_name text, namespace text,
                    property_key text, property_value text)
                """,
                "create table iceberg_tables (catalog_name text)",
                "create table iceberg_namespace_properties (catalog_name text)",
                "create table \"icebergXtables\" (a int)",
                "create view iceberg_tables as select 1 as iceberg_type",
                "create schema other; create table other.iceberg_tables (icebergXtype int)",
                "create table \"ICEBERG_TABLES\" (a int)"
            })
    void standInOurSchemaWhateverOthersHave(String others) throws Exception {
        execute(others);
        List<String> before = relations("<>");
        try (Lake lake = Lake.open(options(database.user()))) {
            lake.create();
        }
        assertThat(relations("="))
                .containsExactly("iceberg_namespace_properties 1", "iceberg_tables 5");
        assertThat(relations("<>")).isEqualTo(before);
    }

    @Test
    void areLeftAloneIfAnotherCatalogComesLater() throws Exception {
        try (Lake lake = Lake.open(options(database.user()))) {
            lake.create();
        }
        execute("create table public.iceberg_tables (catalog_name text)");
        try (Lake lake = Lake.open(options(database.user()))) {
            assertThat(lake.table(LakeTable.EVENTS).schema().columns()).isNotEmpty();
        }
        assertThat(relations("<>")).containsExactly("iceberg_tables 0");
    }

    @Test
    void getTheColumnThatOlderOnesLack() throws Exception {
        execute(
                """
                create table tallyflow.iceberg_tables (catalog_name varchar(255),
                    table_namespace varchar(255), table_name varchar(255),
                    metadata_location varchar(1000), previous_metadata_location varchar(1000),
                    primary key (catalog_name, table_namespace, table_name));
                create table public.iceberg_tables (iceberg_type varchar(5))
                """);
        try (Lake lake = Lake.open(options(database.user()))) {
            lake.create();
        }
        assertThat(relations("=")).contains("iceberg_tables 5");
    }

    @Test
    void areMadeOnceHoweverManyComeAtOnce() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(6);
        try {
            List<Future<?>> opened = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                opened.add(
                        threads.submit(
                                () -> {
                                    try (Lake lake = Lake.open(options(database.user()))) {
                                        lake.create();
                                    }
                                    return null;
                                }));
            }
            for (Future<?> one : opened) {
                one.get();
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(relations("=")).hasSize(2);
    }

    /** The other one is seen only by the database's refusal. */
    @ParameterizedTest
    @ValueSource(strings = {"iceberg_namespace_properties", "iceberg_tables"})
    void mayBeFilledBySomebodyElseMeanwhile(String table) throws Exception {
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try (Lake lake = Lake.open(options(database.user()));
                Connection other = database.connect();
                Statement statement = other.createStatement()) {
            lake.create();
            List<String> made = relations("=");
            statement.execute("set search_path to tallyflow");
            statement.execute("create temp table kept as select * from " + table);
            statement.execute("delete from iceberg_namespace_properties");
            statement.execute("delete from iceberg_tables");
            other.setAutoCommit(false);
            statement.execute("insert into " + table + " select * from kept");
            Future<?> second =
                    thread.submit(
                            () -> {
                                try (Lake late = Lake.open(options(database.user()))) {
                                    late.create();
                                }
                                return null;
                            });
            while (!second.isDone() && !somebodyWaits()) {
                Thread.onSpinWait();
            }
            other.commit();
            second.get();
            assertThat(relations("=")).isEqualTo(made);
        } finally {
            thread.shutdownNow();
        }
    }

    @Test
    void needNoRightsOnceTheyAreThere() throws Exception {
        try (Lake lake = Lake.open(options(database.user()))) {
            lake.create();
        }
        String reader = "lake_reader_" + database.name();
        execute(
                """
                create role %1$s login;
                grant usage on schema tallyflow to %1$s;
                grant select on all tables in schema tallyflow to %1$s
                """
                        .formatted(reader));
        try (Lake lake = Lake.open(options(reader))) {
            assertThat(lake.table(LakeTable.USAGE).schema().columns()).isNotEmpty();
        } finally {
            execute("drop owned by %1$s; drop role %1$s".formatted(reader));
        }
    }

    /** Whoever only looks, or whose start is refused, leaves the database as it was. */
    @Test
    void areNotMadeBeforeTheLakesTablesAre() throws Exception {
        try (Lake looking = Lake.open(options(database.user()));
                Lake making = Lake.open(options(database.user()))) {
            assertThat(looking.has(LakeTable.EVENTS)).isFalse();
            assertThat(LakeView.of(looking).isEmpty()).isTrue();
            assertThatThrownBy(() -> looking.table(LakeTable.EVENTS))
                    .isInstanceOf(NoSuchTableException.class)
                    .hasMessageContaining("Table does not exist: tallyflow.events");
            assertThat(relations("=")).isEmpty();
            making.create();
            assertThat(looking.has(LakeTable.EVENTS)).isTrue();
            assertThat(looking.table(LakeTable.EVENTS).schema().columns()).isNotEmpty();
        }
    }

    private boolean somebodyWaits() throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery(
                                """
                                select from pg_stat_activity
                                where datname = current_database() and wait_event_type = 'Lock'
                                """)) {
            return row.next();
        }
    }

    private LakeOptions options(String user) {
        LakeOptions small = SmallLake.options(database, folder);
        Map<String, String> catalog = new HashMap<>(small.catalog());
        String uri = database.url();
        catalog.put("uri", uri + (uri.contains("?") ? "&" : "?") + "currentSchema=tallyflow");
        catalog.put("jdbc.user", user);
        return LakeOptions.of(catalog, small.pipeline(), Duration.ofSeconds(10));
    }

    /** Relations with their rows. */
    private List<String> relations(String inOurSchema) throws SQLException {
        List<String> names = new ArrayList<>();
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery(
                                """
                                select relname || ' ' || (xpath('//c/text()', query_to_xml(
                                    format('select count(*) as c from %%s', c.oid::regclass),
                                    false, true, '')))[1]
                                from pg_class c
                                where relkind in ('r', 'v') and relnamespace %s 'tallyflow'::regnamespace
                                    and relnamespace not in
                                        ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
                                order by relname
                                """
                                        .formatted(inOurSchema))) {
            while (row.next()) {
                names.add(row.getString(1));
            }
        }
        return names;
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
