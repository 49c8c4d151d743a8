package io.tallyflow.connectors.iceberg.table;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import org.apache.iceberg.jdbc.UncheckedSQLException;

/**
 * The two tables of Iceberg's JDBC catalog in Postgres. Iceberg would make them itself, but looks
 * for them in all schemas of the database, with {@code _} standing for any letter: where another
 * catalog lives, or something of a similar name, it finds that and makes none. Here the question is
 * what its statements will see.
 */
final class CatalogTables {

    /** For Iceberg: do not make them. */
    static final String MADE_BY_ICEBERG = "jdbc.init-catalog-tables";

    private static final String FOR_THE_DRIVER = "jdbc.";

    /** Somebody else made it meanwhile. */
    private static final Set<String> RACED = Set.of("42P07", "42701", "42710", "23505");

    private static final String MISSING =
            """
            select
                pg_catalog.to_regclass('iceberg_tables') is null,
                pg_catalog.to_regclass('iceberg_namespace_properties') is null,
                not exists (
                    select from pg_catalog.pg_attribute
                    where attrelid = pg_catalog.to_regclass('iceberg_tables')
                        and attname = 'iceberg_type' and not attisdropped)
            """;

    /** The first of {@link #MISSING} and {@link #MAKE}. */
    private static final int TABLES = 2;

    /** As Iceberg has them, with views. */
    private static final List<String> MAKE =
            List.of(
                    """
                    create table iceberg_tables (
                        catalog_name varchar(255) not null,
                        table_namespace varchar(255) not null,
                        table_name varchar(255) not null,
                        metadata_location varchar(1000),
                        previous_metadata_location varchar(1000),
                        primary key (catalog_name, table_namespace, table_name))
                    """,
                    """
                    create table iceberg_namespace_properties (
                        catalog_name varchar(255) not null,
                        namespace varchar(255) not null,
                        property_key varchar(255),
                        property_value varchar(1000),
                        primary key (catalog_name, namespace, property_key))
                    """,
                    "alter table iceberg_tables add column iceberg_type varchar(5)");

    private final String uri;
    private final Properties login = new Properties();

    /**
     * Nothing is asked yet.
     *
     * @param catalog properties of the catalog, as Iceberg takes them
     */
    CatalogTables(String uri, Map<String, String> catalog) {
        this.uri = uri;
        catalog.forEach(
                (name, value) -> {
                    if (name.startsWith(FOR_THE_DRIVER)) {
                        login.setProperty(name.substring(FOR_THE_DRIVER.length()), value);
                    }
                });
    }

    /**
     * Whether both are there; then they also get the column that those of older versions lack.
     *
     * @throws UncheckedSQLException if the database does not answer
     */
    boolean areThere() {
        try (Connection connection = DriverManager.getConnection(uri, login);
                Statement statement = connection.createStatement()) {
            for (int i = 0; i < TABLES; i++) {
                if (isMissing(statement, i)) {
                    return false;
                }
            }
            makeMissing(statement);
            return true;
        } catch (SQLException e) {
            throw new UncheckedSQLException(
                    e, "The tables of the Iceberg catalog cannot be looked for");
        }
    }

    /**
     * Makes what is missing. Needs rights only for that; several processes may do it at once.
     *
     * @throws UncheckedSQLException if the database does not let them be made
     */
    void make() {
        try (Connection connection = DriverManager.getConnection(uri, login);
                Statement statement = connection.createStatement()) {
            makeMissing(statement);
        } catch (SQLException e) {
            throw new UncheckedSQLException(e, "The tables of the Iceberg catalog cannot be made");
        }
    }

    private static void makeMissing(Statement statement) throws SQLException {
        for (int i = 0; i < MAKE.size(); i++) {
            if (isMissing(statement, i)) {
                make(statement, MAKE.get(i));
            }
        }
    }

    private static boolean isMissing(Statement statement, int which) throws SQLException {
        try (ResultSet row = statement.executeQuery(MISSING)) {
            row.next();
            return row.getBoolean(which + 1);
        }
    }

    private static void make(Statement statement, String sql) throws SQLException {
        try {
            statement.execute(sql);
        } catch (SQLException e) {
            if (!RACED.contains(e.getSQLState())) {
                throw e;
            }
        }
    }
}
