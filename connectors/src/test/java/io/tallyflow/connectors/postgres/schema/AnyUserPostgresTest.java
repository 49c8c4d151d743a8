package io.tallyflow.connectors.postgres.schema;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.connectors.postgres.PostgresServer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.ds.PGSimpleDataSource;

final class AnyUserPostgresTest {

    @ParameterizedTest
    @ValueSource(strings = {"o'neil@corp", "Anne \"the\" Owner", "back\\slash", "größe", "'"})
    void migratesAsAUserOfAnyName(String user) throws SQLException {
        try (PostgresServer.Database database = PostgresServer.empty()) {
            execute(database, "create role %1$I login createrole", user);
            try {
                execute(database, "grant create on database %2$I to %1$I", user);
                PGSimpleDataSource source = new PGSimpleDataSource();
                source.setUrl(database.url());
                source.setUser(user);
                Migrations.apply(source);
                Migrations.apply(source);
                try (Connection connection = source.getConnection();
                        Statement statement = connection.createStatement();
                        ResultSet row =
                                statement.executeQuery(
                                        "select current_user, count(*) from tallyflow.usage")) {
                    row.next();
                    assertThat(row.getString(1)).isEqualTo(user);
                }
            } finally {
                execute(database, "drop owned by %1$I cascade", user);
                execute(database, "drop role %1$I", user);
            }
        }
    }

    private static void execute(PostgresServer.Database database, String sql, String user)
            throws SQLException {
        try (Connection connection = database.connect();
                var format = connection.prepareStatement("select format(?, ?, ?)")) {
            format.setString(1, sql);
            format.setString(2, user);
            format.setString(3, database.name());
            try (ResultSet row = format.executeQuery();
                    Statement statement = connection.createStatement()) {
                row.next();
                statement.execute(row.getString(1));
            }
        }
    }
}
