package io.tallyflow.connectors.iceberg.table;

import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.apache.iceberg.CatalogProperties;
import org.apache.iceberg.CatalogUtil;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.SupportsNamespaces;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.jspecify.annotations.Nullable;
import org.postgresql.Driver;

/** The tables of the lake, through their catalog. Not thread-safe. */
public final class Lake implements Closeable {

    private static final Namespace NAMESPACE = Namespace.of(LakeTable.NAMESPACE);

    /** Without these, the metadata of every commit would be kept for ever. */
    private static final Map<String, String> PROPERTIES =
            Map.of(
                    TableProperties.FORMAT_VERSION, "2",
                    TableProperties.METADATA_DELETE_AFTER_COMMIT_ENABLED, "true",
                    TableProperties.METADATA_PREVIOUS_VERSIONS_MAX, "20",
                    TableProperties.PARQUET_COMPRESSION, "zstd",
                    TableProperties.PARQUET_COMPRESSION_LEVEL, "1",
                    // Ids and payloads are unique: give up their dictionaries early.
                    TableProperties.PARQUET_DICT_SIZE_BYTES, "65536",
                    TableProperties.COMMIT_NUM_RETRIES, "10");

    private static final String S3_FILE_IO = "org.apache.iceberg.aws.s3.S3FileIO";

    /** Which of the HTTP clients Iceberg asks S3 with; the one here is Java's own. */
    private static final String S3_HTTP_CLIENT = "http-client.type";

    private static final long FIRST_LOOK_MILLIS = 20;
    private static final long LONGEST_LOOK_MILLIS = 500;

    private static final String JAVAS_OWN = "urlconnection";

    private final Map<String, String> properties;
    private final @Nullable CatalogTables catalogTables;
    private final LakeLock lock;
    private final Map<LakeTable, Table> tables = new EnumMap<>(LakeTable.class);

    /** Null while its own tables are not there: Iceberg's would not start without them. */
    private @Nullable Catalog catalog;

    private Lake(
            Map<String, String> properties, @Nullable CatalogTables catalogTables, LakeLock lock) {
        this.properties = properties;
        this.catalogTables = catalogTables;
        this.lock = lock;
    }

    /** Whoever commits to the tables holds it while it does. */
    public LakeLock lock() {
        return lock;
    }

    /** Connects to the catalog, and makes nothing; tables are looked up when they are asked for. */
    public static Lake open(LakeOptions options) {
        Map<String, String> properties = new HashMap<>(options.catalog());
        CatalogTables catalogTables = prepareJdbc(properties);
        String warehouse = properties.getOrDefault(CatalogProperties.WAREHOUSE_LOCATION, "");
        if (warehouse.startsWith("file:") || warehouse.startsWith("/")) {
            properties.putIfAbsent(CatalogProperties.FILE_IO_IMPL, LocalFileIO.class.getName());
        } else if (warehouse.startsWith("s3:")) {
            properties.putIfAbsent(CatalogProperties.FILE_IO_IMPL, S3_FILE_IO);
        }
        properties.putIfAbsent(S3_HTTP_CLIENT, JAVAS_OWN);
        Lake lake = new Lake(properties, catalogTables, LakeLock.of(options));
        lake.findCatalog();
        return lake;
    }

    private static @Nullable CatalogTables prepareJdbc(Map<String, String> properties) {
        String uri = properties.getOrDefault(CatalogProperties.URI, "");
        if (!uri.startsWith("jdbc:postgresql:")) {
            return null;
        }
        registerDriver();
        return properties.putIfAbsent(CatalogTables.MADE_BY_ICEBERG, "false") == null
                ? new CatalogTables(uri, properties)
                : null;
    }

    private @Nullable Catalog findCatalog() {
        if (catalog == null && (catalogTables == null || catalogTables.areThere())) {
            catalog = build();
        }
        return catalog;
    }

    private Catalog build() {
        return CatalogUtil.buildIcebergCatalog(LakeTable.NAMESPACE, properties, /* conf= */ null);
    }

    /**
     * A Java machine looks for drivers by itself only once, with the first job that it sees; for
     * later ones the catalog would find none where nothing else of the job talks to Postgres.
     */
    private static void registerDriver() {
        if (!Driver.isRegistered()) {
            try {
                Driver.register();
            } catch (SQLException e) {
                throw new IllegalStateException("the driver of Postgres does not register", e);
            }
        }
    }

    /**
     * Makes the tables that are not there yet, and those of the catalog. A job does so itself, as
     * soon as it knows that its start is not refused.
     */
    public void create() {
        if (catalogTables != null) {
            catalogTables.make();
        }
        Catalog made = catalog == null ? build() : catalog;
        catalog = made;
        if (made instanceof SupportsNamespaces namespaces) {
            makeOnce(
                    () -> namespaces.namespaceExists(NAMESPACE),
                    () -> namespaces.createNamespace(NAMESPACE));
        }
        for (LakeTable table : LakeTable.values()) {
            create(table, made);
        }
    }

    private static void create(LakeTable table, Catalog catalog) {
        TableIdentifier name = identifier(table);
        makeOnce(
                () -> catalog.tableExists(name),
                () ->
                        catalog.buildTable(name, table.schema())
                                .withPartitionSpec(table.spec())
                                .withProperties(PROPERTIES)
                                .create());
    }

    /**
     * Somebody else may make it at the same time. Catalogs tell the one who comes second so in many
     * ways (that of JDBC by the database's own error), so what counts is whether it is there then.
     */
    private static void makeOnce(BooleanSupplier isThere, Runnable make) {
        if (isThere.getAsBoolean()) {
            return;
        }
        try {
            make.run();
        } catch (RuntimeException e) {
            if (!isThereAfter(e, isThere)) {
                throw e;
            }
        }
    }

    private static boolean isThereAfter(RuntimeException failure, BooleanSupplier isThere) {
        try {
            return isThere.getAsBoolean();
        } catch (RuntimeException e) {
            failure.addSuppressed(e);
            return false;
        }
    }

    /**
     * The table as it was when it was first asked for; refresh it to see newer snapshots.
     *
     * @throws NoSuchTableException if it was not made
     */
    public Table table(LakeTable table) {
        return tables.computeIfAbsent(table, this::load);
    }

    private Table load(LakeTable table) {
        Catalog found = findCatalog();
        if (found == null) {
            throw new NoSuchTableException(
                    "Table does not exist: %s; the catalog's database has no tables of a catalog",
                    identifier(table));
        }
        return found.loadTable(identifier(table));
    }

    /** Whether the table was made. */
    public boolean has(LakeTable table) {
        if (tables.containsKey(table)) {
            return true;
        }
        Catalog found = findCatalog();
        return found != null && found.tableExists(identifier(table));
    }

    /**
     * As {@link #table}, as soon as the table was made.
     *
     * @throws IOException if it was not for so long, or the task has ended
     */
    public Table whenMade(LakeTable table, Duration patience) throws IOException {
        long start = System.nanoTime();
        long pause = FIRST_LOOK_MILLIS;
        while (!has(table)) {
            if (System.nanoTime() - start > patience.toNanos()) {
                throw new IOException(
                        "lake table "
                                + identifier(table)
                                + " was not made within "
                                + patience
                                + ": see why the start of \"commit to the lake\" takes so long");
            }
            pause(pause);
            pause = Math.min(2 * pause, LONGEST_LOOK_MILLIS);
        }
        return table(table);
    }

    private static void pause(long millis) throws InterruptedIOException {
        try {
            TimeUnit.MILLISECONDS.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("the task has ended");
        }
    }

    private static TableIdentifier identifier(LakeTable table) {
        return TableIdentifier.of(NAMESPACE, table.tableName());
    }

    @Override
    public void close() throws IOException {
        if (catalog instanceof Closeable closeable) {
            closeable.close();
        }
    }
}
