package io.tallyflow.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.connectors.postgres.PostgresServer;
import io.tallyflow.jobs.schema.PrepareSchema;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import org.junit.jupiter.api.Test;

/** The program that the entry point runs for {@code schema}, on an empty database. */
final class SchemaJobTest {

    private static final String FOUND =
            """
            select exists (select from tallyflow.progress),
                (select count(*) from pg_inherits where inhparent = 'tallyflow.usage_row'::regclass)
            """;

    @Test
    void makesTheSchemaAndPartitionsForAYearAndMayRunAgain() throws Exception {
        try (PostgresServer.Database database = PostgresServer.empty()) {
            String[] arguments = {
                "--postgres.url", database.url(), "--postgres.user", database.user()
            };
            PrepareSchema.main(arguments);
            long partitions = partitions(database);
            assertThat(partitions).isGreaterThanOrEqualTo(12);
            PrepareSchema.main(arguments);
            assertThat(partitions(database)).isEqualTo(partitions);
        }
    }

    private static long partitions(PostgresServer.Database database) throws Exception {
        try (Connection connection = database.dataSource().getConnection();
                PreparedStatement statement = connection.prepareStatement(FOUND);
                ResultSet row = statement.executeQuery()) {
            row.next();
            return row.getLong(2);
        }
    }
}
