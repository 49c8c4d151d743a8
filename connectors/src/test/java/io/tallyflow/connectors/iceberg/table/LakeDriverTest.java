package io.tallyflow.connectors.iceberg.table;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.connectors.iceberg.write.SmallLake;
import io.tallyflow.connectors.postgres.PostgresServer;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.Driver;

/** The second job that a worker sees finds its catalog, too. */
final class LakeDriverTest {

    @Test
    void findsItsDriverWhereNothingElseHasRegisteredIt(@TempDir Path warehouse) throws Exception {
        try (PostgresServer.Database database = PostgresServer.migrated()) {
            if (Driver.isRegistered()) {
                Driver.deregister();
            }
            new SmallLake(database, warehouse).close();
            assertThat(Driver.isRegistered()).isTrue();
        }
    }
}
