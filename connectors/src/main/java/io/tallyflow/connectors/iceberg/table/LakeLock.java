package io.tallyflow.connectors.iceberg.table;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.apache.iceberg.CatalogProperties;
import org.apache.iceberg.CatalogUtil;
import org.apache.iceberg.jdbc.JdbcCatalog;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets one process at a time commit to a lake whose catalog is a Postgres database. Iceberg's JDBC
 * catalog needs that: when an answer is lost and somebody else commits meanwhile, it can take a
 * table back. A REST catalog does not, and has no lock.
 *
 * <p>An advisory lock of a transaction, so that it goes with the connection that holds it, behind a
 * pool too: whoever dies or is cut off holds nobody up.
 */
public final class LakeLock {

    private static final Logger LOG = LoggerFactory.getLogger(LakeLock.class);
    private static final String POSTGRES = "jdbc:postgresql:";

    /** For a catalog of another class that is built on Iceberg's JDBC catalog. */
    public static final String ONE_COMMITTER = "tallyflow.one-committer";

    private static final String CONNECT_SECONDS = "10";
    private static final String SOCKET_SECONDS = "60";
    private static final Duration FOREVER = Duration.ofNanos(Long.MAX_VALUE);
    private static final long FIRST_PAUSE_MILLIS = 20;
    private static final long LONGEST_PAUSE_MILLIS = 1_000;

    /**
     * The lock is held for longer than any file takes, not for ever, and by no machine that has
     * died: the server asks it, and gives it a minute. Where the two talk without a network, those
     * settings do nothing. Servers before 17 know no transaction_timeout.
     */
    public static final String LIMITS =
            """
            set local idle_in_transaction_session_timeout = '1h';
            set local statement_timeout = '10s';
            set local tcp_keepalives_idle = 30;
            set local tcp_keepalives_interval = 10;
            set local tcp_keepalives_count = 3;
            set local tcp_user_timeout = '60s';
            select pg_catalog.set_config(name, '0', true)
            from pg_catalog.pg_settings where name = 'transaction_timeout'
            """;

    /** Named by where the catalog's table is that the login finds: so do those who share it. */
    private static final String TRY =
            """
            select pg_catalog.pg_try_advisory_xact_lock(pg_catalog.hashtextextended(
                'tallyflow lake ' || coalesce(
                    (select nspname::text
                    from pg_catalog.pg_class join pg_catalog.pg_namespace
                        on pg_namespace.oid = relnamespace
                    where pg_class.oid = pg_catalog.to_regclass('iceberg_tables')),
                    pg_catalog.current_schema()::text,
                    ''),
                0))
            """;

    private final @Nullable String url;
    private final Properties login = new Properties();

    private LakeLock(Map<String, String> catalog) {
        String uri = catalog.getOrDefault(CatalogProperties.URI, "");
        this.url = needsOne(catalog) && uri.startsWith(POSTGRES) ? uri : null;
        login.setProperty("ApplicationName", "tallyflow lake");
        login.setProperty("connectTimeout", CONNECT_SECONDS);
        login.setProperty("socketTimeout", SOCKET_SECONDS);
        login.setProperty("tcpKeepAlive", "true");
        catalog.forEach(
                (key, value) -> {
                    if (key.startsWith(JdbcCatalog.PROPERTY_PREFIX)) {
                        login.setProperty(
                                key.substring(JdbcCatalog.PROPERTY_PREFIX.length()), value);
                    }
                });
    }

    private static boolean needsOne(Map<String, String> catalog) {
        return CatalogUtil.ICEBERG_CATALOG_TYPE_JDBC.equals(
                        catalog.get(CatalogUtil.ICEBERG_CATALOG_TYPE))
                || JdbcCatalog.class.getName().equals(catalog.get(CatalogProperties.CATALOG_IMPL))
                || Boolean.parseBoolean(catalog.get(ONE_COMMITTER));
    }

    public static LakeLock of(LakeOptions options) {
        return new LakeLock(options.catalog());
    }

    /** While it is open, nobody else commits. */
    public interface Held extends AutoCloseable {

        /**
         * Makes sure that it still is held, right before a commit.
         *
         * @throws IllegalStateException if it was lost
         */
        void check();

        @Override
        void close();
    }

    /**
     * Waits for the lock, however long.
     *
     * @throws IllegalStateException if the catalog's database does not answer
     */
    public Held acquire() throws InterruptedException {
        return acquire(FOREVER);
    }

    /**
     * Waits for the lock.
     *
     * @throws IllegalStateException if others hold it for so long, or the catalog's database does
     *     not answer
     */
    public Held acquire(Duration patience) throws InterruptedException {
        if (url == null) {
            return new Nobody();
        }
        long pause = FIRST_PAUSE_MILLIS;
        boolean waited = false;
        long start = System.nanoTime();
        while (true) {
            Held held = tryAcquire(url);
            if (held != null) {
                return held;
            }
            if (System.nanoTime() - start > patience.toNanos()) {
                throw new IllegalStateException(
                        "another process has held the lock on the lake for more than " + patience);
            }
            if (!waited) {
                LOG.info("Another process commits to the lake; waiting for it");
                waited = true;
            }
            TimeUnit.MILLISECONDS.sleep(pause);
            pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS);
        }
    }

    private @Nullable Held tryAcquire(String database) {
        try {
            Connection connection = DriverManager.getConnection(database, login);
            boolean held = false;
            try {
                connection.setAutoCommit(false);
                try (Statement limits = connection.createStatement()) {
                    limits.execute(LIMITS);
                }
                held = isGranted(connection);
                return held ? new ByConnection(connection) : null;
            } finally {
                if (!held) {
                    connection.close();
                }
            }
        } catch (SQLException e) {
            throw new IllegalStateException(
                    "the catalog's database gives no lock: " + e.getMessage(), e);
        }
    }

    private static boolean isGranted(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(TRY);
                ResultSet row = statement.executeQuery()) {
            row.next();
            return row.getBoolean(1);
        }
    }

    private record Nobody() implements Held {
        @Override
        public void check() {}

        @Override
        public void close() {}
    }

    private record ByConnection(Connection connection) implements Held {
        @Override
        public void check() {
            try (Statement statement = connection.createStatement()) {
                statement.execute("select 1");
            } catch (SQLException e) {
                throw new IllegalStateException(
                        "the lock on the lake was lost: " + e.getMessage(), e);
            }
        }

        @Override
        public void close() {
            try {
                connection.close();
            } catch (SQLException e) {
                LOG.debug("The connection that held the lake's lock was gone", e);
            }
        }
    }
}
