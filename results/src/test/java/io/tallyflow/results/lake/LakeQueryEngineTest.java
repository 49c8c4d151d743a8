package io.tallyflow.results.lake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallyflow.connectors.iceberg.table.LakeOptions;
import io.tallyflow.connectors.iceberg.write.SmallLake;
import io.tallyflow.connectors.postgres.LoginUser;
import io.tallyflow.connectors.postgres.PostgresServer;
import io.tallyflow.connectors.postgres.RegisteredMeters;
import io.tallyflow.results.Question;
import io.tallyflow.results.RequestFailedException;
import io.tallyflow.results.RequestRefusedException;
import io.tallyflow.results.query.CalendarWindow;
import io.tallyflow.results.query.QueryRow;
import io.tallyflow.results.query.UsageQuery;
import io.tallyflow.schemas.measure.Aggregation;
import io.tallyflow.schemas.measure.UsagePartial;
import io.tallyflow.schemas.meter.Meter;
import io.tallyflow.schemas.meter.MeterVersion;
import io.tallyflow.schemas.meter.WindowSize;
import io.tallyflow.schemas.stream.LakeRow;
import io.tallyflow.schemas.usage.SettledUsage;
import io.tallyflow.schemas.usage.UsageCell;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an engine does to the server, and lakes, users and arguments that it cannot answer with. */
final class LakeQueryEngineTest {

    private static final Meter REQUESTS =
            new Meter(
                    "requests", "", "request", Aggregation.COUNT, null, List.of(), WindowSize.HOUR);
    private static final Instant NOON = Instant.parse("2025-03-09T12:00:00Z");
    private static final long HOUR = Duration.ofHours(1).toMillis();

    private static final String SETTINGS =
            """
            select name || '=' || setting from pg_settings
            where name in ('statement_timeout', 'idle_in_transaction_session_timeout',
                'transaction_timeout', 'transaction_isolation', 'transaction_read_only')
            order by name
            """;

    @TempDir private Path warehouse;
    private PostgresServer.Database database;
    private SmallLake lake;

    @BeforeEach
    void create() throws SQLException {
        database = PostgresServer.migrated();
        RegisteredMeters.register(database.dataSource(), List.of(REQUESTS));
        lake = new SmallLake(database, warehouse);
    }

    @AfterEach
    void drop() throws IOException {
        lake.close();
        database.close();
    }

    private static UsageQuery total(String meter) {
        return new UsageQuery(meter, NOON, null, null, "UTC", List.of(), List.of(), Map.of());
    }

    private static UsageQuery filtered(String zone, String group) {
        return new UsageQuery(
                "requests",
                NOON,
                null,
                CalendarWindow.DAY,
                zone,
                List.of(),
                List.of(),
                Map.of(group, List.of()));
    }

    private static List<QueryRow> answer(LakeOptions options, DataSource database, UsageQuery query)
            throws IOException {
        List<QueryRow> rows = new ArrayList<>();
        new LakeQueryEngine(options, database).run(query, rows::add);
        return rows;
    }

    private List<QueryRow> answer(UsageQuery query) throws IOException {
        return answer(lake.options(), database.dataSource(), query);
    }

    /** As many requests in the hour from noon on. */
    private void count(long requests) throws IOException {
        long start = NOON.toEpochMilli();
        lake.commit(start + HOUR, List.of(settled("requests", start, requests)));
    }

    private static QueryRow counted(long requests) {
        return new QueryRow(
                NOON, NOON.plusMillis(HOUR), null, Map.of(), BigDecimal.valueOf(requests));
    }

    private static LakeOptions nowhere() {
        return LakeOptions.of(
                Map.of("type", "jdbc", "uri", "jdbc:nothing:", "warehouse", "file:/none"),
                "small",
                Duration.ofSeconds(1));
    }

    @Test
    void countsNothingInAnEmptyLake() throws IOException {
        assertThat(answer(total("requests")))
                .containsExactly(new QueryRow(NOON, null, null, Map.of(), BigDecimal.ZERO));
    }

    @Test
    void countsNothingWhereThereIsNoLakeYet(@TempDir Path other) throws IOException {
        try (PostgresServer.Database catalog = PostgresServer.empty()) {
            assertThat(
                            answer(
                                    SmallLake.options(catalog, other),
                                    database.dataSource(),
                                    total("requests")))
                    .containsExactly(new QueryRow(NOON, null, null, Map.of(), BigDecimal.ZERO));
        }
    }

    @Test
    void refusesAMeterThatIsNotDefined() {
        assertThatThrownBy(() -> answer(total("re\"quests")))
                .isInstanceOf(RequestRefusedException.class)
                .hasMessage("meter: there is no meter \"re\\\"quests\"");
    }

    @Test
    void refusesAMeterThatIsOutOfForce() throws SQLException {
        RegisteredMeters.retire(database.dataSource(), "requests");
        assertThatThrownBy(() -> answer(total("requests")))
                .isInstanceOf(RequestRefusedException.class)
                .hasMessageStartingWith("meter: requests is not in force any more")
                .hasMessageContaining("--engine postgres");
    }

    /** Each has counted both hours, and a third one that is not shown, too. */
    @Test
    void takesEachSettledWindowFromTheVersionThatOwnsIt() throws Exception {
        long change = NOON.toEpochMilli() + HOUR;
        register(
                null,
                MeterVersion.first(REQUESTS),
                new MeterVersion(REQUESTS, 2, change, MeterVersion.ALWAYS_TO));
        register(
                change + 2 * HOUR,
                MeterVersion.first(REQUESTS),
                new MeterVersion(REQUESTS, 2, change, MeterVersion.ALWAYS_TO),
                new MeterVersion(REQUESTS, 3, change + HOUR, MeterVersion.ALWAYS_TO));
        List<LakeRow> rows = new ArrayList<>();
        for (long start : new long[] {change - HOUR, change}) {
            rows.add(settled("requests", start, 1));
            rows.add(settled("requests@2", start, 10));
            rows.add(settled("requests@3", start, 100));
        }
        lake.commit(change + HOUR, rows);
        assertThat(answer(total("requests")))
                .singleElement()
                .satisfies(row -> assertThat(row.value()).isEqualByComparingTo("11"));
    }

    private void register(Long newestMillis, MeterVersion... versions) throws SQLException {
        try (Connection connection = database.connect()) {
            connection.setAutoCommit(false);
            RegisteredMeters.register(connection, List.of(versions), newestMillis);
            connection.commit();
        }
    }

    private static LakeRow settled(String version, long start, long readings) {
        UsagePartial partial = new UsagePartial(readings, null, null, null, null, 0, null, null);
        return LakeRow.of(
                new SettledUsage(
                        new UsageCell(version, "s", "{}", start, start + HOUR), partial, 0, null));
    }

    /** Nobody waits for a lake to be read and is told then of a word that is mistyped. */
    @Test
    void refusesArgumentsBeforeItOpensTheLake() {
        assertThatThrownBy(
                        () -> answer(nowhere(), database.dataSource(), filtered("UTC", "region")))
                .isInstanceOf(RequestRefusedException.class)
                .hasMessage(
                        "filter: unknown group \"region\"; meter requests is grouped by nothing");
        assertThatThrownBy(
                        () -> answer(nowhere(), database.dataSource(), filtered("Mars", "region")))
                .isInstanceOf(RequestRefusedException.class)
                .hasMessage("time_zone: \"Mars\" is not the name of an IANA time zone");
    }

    @Test
    void failsWithoutItsCatalogAndSaysSoInOneLine() {
        assertThatThrownBy(() -> answer(nowhere(), database.dataSource(), total("requests")))
                .isInstanceOf(RequestFailedException.class)
                .hasMessageStartingWith("the lake cannot be read: ")
                .message()
                .doesNotContain("\n");
    }

    @Test
    void failsWhereAFileIsGoneAndLeavesTheSessionUsable() throws Exception {
        count(3);
        try (Stream<Path> files = Files.walk(warehouse)) {
            for (Path file : files.filter(name -> name.toString().endsWith(".parquet")).toList()) {
                Files.delete(file);
            }
        }
        try (OneSession pool = new OneSession(database.connect())) {
            assertThatThrownBy(() -> answer(lake.options(), pool, total("requests")))
                    .isInstanceOf(RequestFailedException.class)
                    .hasMessageStartingWith("the lake cannot be read: ");
            assertThat(left(pool.connection())).isEmpty();
        }
    }

    /** Whatever its version: there is no other text that could say something else. */
    @Test
    void asksTheFunctionThatIsInstalled() throws SQLException {
        execute(
                """
                do $$
                begin
                    execute replace(
                        pg_get_functiondef('tallyflow.query'::regproc),
                        'there is no meter', 'nobody has heard of');
                end
                $$
                """);
        assertThatThrownBy(() -> answer(total("x"))).hasMessage("meter: nobody has heard of \"x\"");
    }

    @Test
    void needsNoMoreThanAReader() throws IOException, SQLException {
        count(3);
        try (LoginUser reader = new LoginUser(database, "tallyflow_reader")) {
            assertThat(answer(lake.options(), reader.dataSource(), total("requests")))
                    .containsExactly(counted(3));
        }
    }

    @Test
    void saysWhoMustAllowTemporaryTables() throws SQLException {
        execute("revoke temporary on database " + database.name() + " from public");
        try (LoginUser reader = new LoginUser(database, "tallyflow_reader")) {
            assertThatThrownBy(() -> answer(lake.options(), reader.dataSource(), total("requests")))
                    .isInstanceOf(RequestFailedException.class)
                    .message()
                    .endsWith(
                            "let an administrator run: grant temporary on database "
                                    + database.name()
                                    + " to "
                                    + reader.name())
                    .doesNotContain("\n");
        }
    }

    /** Administrators give readers limits that no load of a lake could live with. */
    @Test
    void takesTheTimeThatItNeeds() throws IOException, SQLException {
        count(3);
        try (LoginUser reader = new LoginUser(database, "tallyflow_reader")) {
            for (String preset :
                    List.of(
                            "statement_timeout = '20s'",
                            "idle_in_transaction_session_timeout = '20s'",
                            "default_transaction_isolation = 'serializable'",
                            "default_transaction_read_only = on")) {
                execute("alter role " + reader.name() + " set " + preset);
            }
            try (OneSession pool = new OneSession(reader.connect())) {
                List<String> preset = ask(pool.connection(), SETTINGS);
                List<String> within = new ArrayList<>();
                new LakeQueryEngine(lake.options(), pool)
                        .run(
                                total("requests"),
                                row -> within.addAll(askWithin(pool.connection(), SETTINGS)));
                assertThat(preset).contains("statement_timeout=20000", "transaction_read_only=on");
                assertThat(within)
                        .contains(
                                "idle_in_transaction_session_timeout=0",
                                "statement_timeout=0",
                                "transaction_isolation=read committed",
                                "transaction_read_only=off");
                assertThat(ask(pool.connection(), SETTINGS)).isEqualTo(preset);
            }
        }
    }

    /** As behind a pool that gives the session to somebody else after each transaction. */
    @Test
    void leavesNothingInTheSession() throws IOException, SQLException {
        count(3);
        try (OneSession pool = new OneSession(database.connect())) {
            for (int i = 0; i < 2; i++) {
                List<String> within = new ArrayList<>();
                List<QueryRow> rows = new ArrayList<>();
                new LakeQueryEngine(lake.options(), pool)
                        .run(
                                total("requests"),
                                row -> {
                                    rows.add(row);
                                    within.addAll(askWithin(pool.connection(), LEFT));
                                });
                assertThat(rows).containsExactly(counted(3));
                assertThat(within).contains("usage_row", "query");
                assertThat(left(pool.connection())).isEmpty();
            }
            assertThatThrownBy(() -> answer(lake.options(), pool, total("x")))
                    .isInstanceOf(RequestRefusedException.class);
            assertThat(left(pool.connection())).isEmpty();
        }
    }

    /** A lake may take long to be read, and others want to change the tables meanwhile. */
    @Test
    void holdsNoLockOnResults() throws IOException, SQLException {
        count(3);
        List<String> locked = new ArrayList<>();
        new LakeQueryEngine(lake.options(), database.dataSource())
                .run(
                        total("requests"),
                        row -> {
                            try (Connection other = database.connect()) {
                                locked.addAll(
                                        askWithin(
                                                other,
                                                """
                                                select relation::regclass::text from pg_locks
                                                where relation in (
                                                    'tallyflow.usage_row'::regclass,
                                                    'tallyflow.adjustment_row'::regclass,
                                                    'tallyflow.distinct_value'::regclass,
                                                    'tallyflow.cell'::regclass)
                                                """));
                            } catch (SQLException e) {
                                throw new IOException(e);
                            }
                        });
        assertThat(locked).isEmpty();
    }

    private static final String LEFT =
            """
            select relname from pg_class where relnamespace = pg_my_temp_schema()
            union all
            select proname from pg_proc where pronamespace = pg_my_temp_schema()
            """;

    private static List<String> left(Connection connection) throws SQLException {
        assertThat(connection.getAutoCommit()).isTrue();
        return ask(connection, LEFT);
    }

    private static List<String> askWithin(Connection connection, String sql) throws IOException {
        try {
            return ask(connection, sql);
        } catch (SQLException e) {
            throw new IOException(e);
        }
    }

    private static List<String> ask(Connection connection, String sql) throws SQLException {
        return new Question<>(sql, row -> row.getString(1)).all(connection);
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
