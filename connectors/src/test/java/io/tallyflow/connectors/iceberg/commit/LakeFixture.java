package io.tallyflow.connectors.iceberg.commit;

import static io.tallyflow.schemas.event.AnEvent.anEvent;

import io.tallyflow.connectors.iceberg.FaultyCatalog;
import io.tallyflow.connectors.iceberg.RestCatalogServer;
import io.tallyflow.connectors.iceberg.table.Lake;
import io.tallyflow.connectors.iceberg.table.LakeLock;
import io.tallyflow.connectors.iceberg.table.LakeOptions;
import io.tallyflow.connectors.iceberg.table.LakeTable;
import io.tallyflow.connectors.iceberg.table.Lineage;
import io.tallyflow.connectors.iceberg.table.SnapshotNote;
import io.tallyflow.connectors.postgres.PostgresServer;
import io.tallyflow.schemas.event.UsageEvent;
import io.tallyflow.schemas.stream.LakeRow;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Schema;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.parquet.InternalReader;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.parquet.Parquet;

/**
 * An empty lake of a test's own, in a folder, with a catalog on a real Postgres or a REST catalog.
 */
public final class LakeFixture implements AutoCloseable {

    private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final String warehouse;
    private final int logBytes;
    private final Map<String, String> catalog;
    private final Runnable end;
    private MemoryLedger ledger = new MemoryLedger();

    private LakeFixture(String warehouse, int logBytes, Map<String, String> catalog, Runnable end) {
        this.warehouse = warehouse;
        this.logBytes = logBytes;
        this.catalog = catalog;
        this.end = end;
    }

    private LakeFixture(
            String warehouse,
            int logBytes,
            Map<String, String> more,
            PostgresServer.Database database)
            throws IOException {
        this(warehouse, logBytes, onPostgres(database, more), database::close);
    }

    private static Map<String, String> onPostgres(
            PostgresServer.Database database, Map<String, String> more) {
        Map<String, String> catalog = new HashMap<>(more);
        catalog.put("catalog-impl", FaultyCatalog.class.getName());
        catalog.put("uri", database.url());
        catalog.put("jdbc.user", database.user());
        catalog.put("jdbc.password", "");
        catalog.put("jdbc.schema-version", "V1");
        return catalog;
    }

    /**
     * In another store.
     *
     * @param warehouse where it is
     * @param properties how to reach it
     */
    public LakeFixture(String warehouse, Map<String, String> properties) throws IOException {
        this(warehouse, LakeOptions.LOG_BYTES, properties, PostgresServer.empty());
    }

    public LakeFixture(Path folder, int logBytes) throws IOException {
        this(folder.toUri().toString(), logBytes, Map.of(), PostgresServer.empty());
    }

    public LakeFixture(Path folder) throws IOException {
        this(folder, LakeOptions.LOG_BYTES);
    }

    /** To which one process at a time commits. */
    public static LakeFixture ofOneCommitter(Path folder) throws IOException {
        return new LakeFixture(
                folder.toUri().toString(),
                LakeOptions.LOG_BYTES,
                Map.of(LakeLock.ONE_COMMITTER, "true"),
                PostgresServer.empty());
    }

    public LakeFixture(Path folder, RestCatalogServer server) throws IOException {
        this(
                folder.toUri().toString(),
                LakeOptions.LOG_BYTES,
                Map.of("type", "rest", "uri", server.address()),
                () -> {});
    }

    public LakeOptions options() {
        HashMap<String, String> properties = new HashMap<>(catalog);
        properties.put("warehouse", warehouse);
        return new LakeOptions(properties, "metering", logBytes, PATIENCE);
    }

    /** That this lake follows. */
    public MemoryLedger ledger() {
        return ledger;
    }

    /** From here on another one, without commits. */
    public void loseLedger() {
        ledger = new MemoryLedger();
    }

    /** The catalog's database loses all connections that are open. */
    public void endOtherConnections() throws SQLException {
        execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                        + " where datname = current_database() and pid <> pg_backend_pid()");
    }

    public void execute(String sql) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** To the catalog's database. */
    public Connection connect() throws SQLException {
        return DriverManager.getConnection(
                catalog.getOrDefault("uri", ""), catalog.getOrDefault("jdbc.user", ""), "");
    }

    public void failNext(FaultyCatalog.Fault... faults) {
        FaultyCatalog.plan(warehouse, faults);
    }

    /** Lets others go first when the next commit is made. */
    public void overtakeNext(Callable<?> others) {
        FaultyCatalog.overtake(warehouse, () -> call(others));
    }

    /** As {@link #overtakeNext}, after so many commits. */
    public void overtake(int after, Callable<?> others) {
        overtakeNext(
                () -> {
                    if (after == 0) {
                        return others.call();
                    }
                    overtake(after - 1, others);
                    return null;
                });
    }

    /** Lets others come in between the next commit and its answer, which says that it failed. */
    public void failAndFollowNext(Callable<?> others) {
        failNext(FaultyCatalog.Fault.MADE_BUT_CALLED_REFUSED);
        FaultyCatalog.follow(warehouse, () -> call(others));
    }

    private static void call(Callable<?> others) {
        try {
            others.call();
        } catch (Exception e) {
            throw new AssertionError("the others failed", e);
        }
    }

    /** The event with a number; the same number makes the same event. */
    public static LakeRow event(long number) {
        return LakeRow.accepted(usageEvent(number, number % 3), 7);
    }

    public static UsageEvent usageEvent(long number, long day) {
        return anEvent()
                .subject("customer-" + number % 7)
                .id(Long.toString(number))
                .timeMicros(START.plus(Duration.ofDays(-day)).toEpochMilli() * 1_000 + number)
                .data(("{\"tokens\":" + number + "}").getBytes(StandardCharsets.UTF_8))
                .at(0, number)
                .kafkaTimeMillis(START.toEpochMilli())
                .build();
    }

    /** The numbers of all events in the lake, sorted, copies included. */
    public List<Long> events() throws IOException {
        return read(LakeTable.EVENTS).stream()
                .map(row -> Long.parseLong((String) row.get("id")))
                .sorted()
                .toList();
    }

    /** All rows of a table as it is now, by column: instants in microseconds since the epoch. */
    public List<Map<String, Object>> read(LakeTable name) throws IOException {
        List<Map<String, Object>> rows = new ArrayList<>();
        try (Lake lake = Lake.open(options());
                CloseableIterable<FileScanTask> files = lake.table(name).newScan().planFiles()) {
            for (FileScanTask file : files) {
                read(lake.table(name), file, rows);
            }
        }
        return rows;
    }

    private static void read(Table table, FileScanTask file, List<Map<String, Object>> rows)
            throws IOException {
        Schema schema = table.schema();
        try (CloseableIterable<StructLike> all =
                Parquet.read(table.io().newInputFile(file.file().location()))
                        .project(schema)
                        .createReaderFunc(type -> InternalReader.create(schema, type))
                        .build()) {
            for (StructLike row : all) {
                Map<String, Object> columns = new HashMap<>();
                for (int i = 0; i < row.size(); i++) {
                    columns.put(schema.columns().get(i).name(), row.get(i, Object.class));
                }
                rows.add(columns);
            }
        }
    }

    /** How many of the tables there are. */
    public long tables() throws IOException {
        try (Lake lake = Lake.open(options())) {
            return Stream.of(LakeTable.values()).filter(lake::has).count();
        }
    }

    /** What the events table stands at. */
    public SnapshotNote head() throws IOException {
        return head(LakeTable.EVENTS);
    }

    /** How many of a table's snapshots are the stream's. */
    public long snapshots(LakeTable name) throws IOException {
        try (Lake lake = Lake.open(options())) {
            return StreamSupport.stream(lake.table(name).snapshots().spliterator(), false)
                    .filter(snapshot -> SnapshotNote.of(snapshot) != null)
                    .count();
        }
    }

    public SnapshotNote head(LakeTable table) throws IOException {
        try (Lake lake = Lake.open(options())) {
            Table loaded = lake.table(table);
            return Lineage.of(loaded).head();
        }
    }

    @Override
    public void close() {
        end.run();
    }
}
