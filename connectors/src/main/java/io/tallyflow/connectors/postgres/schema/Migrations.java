package io.tallyflow.connectors.postgres.schema;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDate;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;

/**
 * Brings the schema {@code tallyflow} up to date. Needs the rights of its owner, which the job that
 * commits does not need.
 */
public final class Migrations {

    /** Name of the one schema that everything lives in, the history of migrations included. */
    public static final String SCHEMA = "tallyflow";

    private static final String LOCATION = "classpath:io/tallyflow/schemas/postgres/migration";
    private static final int OLDEST_SERVER = 15;

    private Migrations() {}

    /**
     * Applies what is missing; does nothing if nothing is. Several processes may call this at once:
     * they wait for each other.
     *
     * @throws SchemaException if the database cannot be reached, is too old, is not UTF-8, was
     *     migrated by a newer program or was changed by hand
     */
    public static void apply(DataSource database) {
        apply(database, LOCATION);
    }

    static void apply(DataSource database, String location) {
        checkServer(database);
        try {
            Flyway.configure(Migrations.class.getClassLoader())
                    .dataSource(database)
                    .initSql(SchemaSession.LIMITS)
                    .locations(location)
                    .failOnMissingLocations(true)
                    .validateMigrationNaming(true)
                    .defaultSchema(SCHEMA)
                    .schemas(SCHEMA)
                    .createSchemas(true)
                    .placeholderReplacement(false)
                    // By default a database that is newer than the program passes in silence.
                    .ignoreMigrationPatterns(new String[0])
                    .load()
                    .migrate();
        } catch (FlywayException e) {
            throw new SchemaException(
                    "the schema " + SCHEMA + " could not be brought up to date: " + e.getMessage(),
                    e);
        }
    }

    /**
     * Makes month partitions up to and including the month of a day, UTC, and moves into them what
     * lies in the default partitions for want of them. Commits wait for a moment, and readers of
     * default partitions do. Where somebody is in the way it is tried again, for about a minute.
     *
     * @return how many months were made; 0 if all were there
     * @throws SQLException 22023 if the day is more than ten years beyond what is there; 55P03 if
     *     somebody was in the way all the time, with a message that says who
     */
    public static int makePartitions(DataSource database, LocalDate until) throws SQLException {
        return new PartitionMaker().make(database, until);
    }

    /**
     * Thins the ledger's history out, as the schema's {@code thin_history} says.
     *
     * @return how many rows have left it
     */
    public static long thinHistory(DataSource database) throws SQLException {
        return SchemaSession.run(
                database, "select tallyflow.thin_history()", SchemaSession::number);
    }

    private static void checkServer(DataSource database) {
        try (Connection connection = database.getConnection();
                PreparedStatement statement =
                        connection.prepareStatement("select current_setting('server_encoding')");
                ResultSet row = statement.executeQuery()) {
            int version = connection.getMetaData().getDatabaseMajorVersion();
            if (version < OLDEST_SERVER) {
                throw new SchemaException(
                        "PostgreSQL "
                                + OLDEST_SERVER
                                + " or later is needed, but the server is version "
                                + connection.getMetaData().getDatabaseProductVersion());
            }
            row.next();
            if (!row.getString(1).equals("UTF8")) {
                throw new SchemaException(
                        "the database must have the encoding UTF8, but has "
                                + row.getString(1)
                                + "; create one with ENCODING 'UTF8' TEMPLATE template0");
            }
        } catch (SQLException e) {
            throw SchemaException.unreachable(e);
        }
    }
}
