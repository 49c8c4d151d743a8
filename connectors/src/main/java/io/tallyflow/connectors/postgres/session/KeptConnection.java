package io.tallyflow.connectors.postgres.session;

import io.tallyflow.connectors.login.PostgresConnection;
import io.tallyflow.connectors.login.PostgresUse;
import org.apache.flink.connector.jdbc.JdbcConnectionOptions;
import org.apache.flink.connector.jdbc.JdbcConnectionOptions.JdbcConnectionOptionsBuilder;
import org.apache.flink.connector.jdbc.datasource.connections.JdbcConnectionProvider;
import org.apache.flink.connector.jdbc.datasource.connections.SimpleJdbcConnectionProvider;
import org.postgresql.PGProperty;

/** A connection that the job's tasks open when they first use it, and keep. */
public final class KeptConnection {

    private static final int CHECK_SECONDS = 5;

    private KeptConnection() {}

    /** For commits. Opens nothing yet; each task that gets a copy has a connection of its own. */
    public static JdbcConnectionProvider to(PostgresConnection postgres) {
        return to(postgres, PostgresUse.JOB);
    }

    /** The same for another use. */
    public static JdbcConnectionProvider to(PostgresConnection postgres, PostgresUse use) {
        return new SimpleJdbcConnectionProvider(options(postgres, use));
    }

    private static JdbcConnectionOptions options(PostgresConnection postgres, PostgresUse use) {
        JdbcConnectionOptionsBuilder options =
                new JdbcConnectionOptionsBuilder()
                        .withUrl(postgres.url())
                        .withDriverName("org.postgresql.Driver")
                        .withUsername(postgres.user().name())
                        .withPassword(postgres.password().text())
                        .withConnectionCheckTimeoutSeconds(CHECK_SECONDS);
        use.settings().forEach((setting, value) -> options.withProperty(setting.getName(), value));
        // It is idle between commits, and firewalls forget what is idle.
        return options.withProperty(PGProperty.TCP_KEEP_ALIVE.getName(), "true").build();
    }
}
