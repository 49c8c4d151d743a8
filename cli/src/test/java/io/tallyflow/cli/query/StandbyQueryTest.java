package io.tallyflow.cli.query;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.cli.CommandRun;
import io.tallyflow.cli.connect.Connections;
import io.tallyflow.cli.directory.DataDirectory;
import io.tallyflow.connectors.postgres.RegisteredMeters;
import io.tallyflow.connectors.postgres.schema.Migrations;
import io.tallyflow.local.embedded.EmbeddedPostgres;
import io.tallyflow.results.PostgresAddress;
import io.tallyflow.schemas.measure.Aggregation;
import io.tallyflow.schemas.meter.Meter;
import io.tallyflow.schemas.meter.WindowSize;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A server that only follows another takes no writes, not even temporary tables. */
@Timeout(120)
final class StandbyQueryTest {

    private static final Meter REQUESTS =
            new Meter(
                    "requests", "", "request", Aggregation.COUNT, null, List.of(), WindowSize.HOUR);

    @Test
    void answersFromPostgresAndRefusesTheLake(@TempDir Path folder) throws Exception {
        Path root = folder.resolve("data");
        try (DataDirectory held = DataDirectory.open(root)) {
            try (EmbeddedPostgres primary = EmbeddedPostgres.start(held.postgres(), 0)) {
                makeResults(address(primary).dataSource());
            }
            Files.createFile(held.postgres().directory().resolve("standby.signal"));
            try (EmbeddedPostgres standby = EmbeddedPostgres.start(held.postgres(), 0);
                    AutoCloseable told = connections(standby, held).publish(root)) {
                CommandRun results = query(root, "postgres");
                assertThat(results.err()).isEmpty();
                assertThat(results.exitCode()).isZero();

                CommandRun lake = query(root, "iceberg");
                assertThat(lake.exitCode()).isEqualTo(1);
                assertThat(lake.out()).isEmpty();
                assertThat(lake.err().lines())
                        .containsExactly(
                                "tallyflow: the lake is asked by way of temporary tables in"
                                        + " Postgres, and a standby makes none: name its primary");
            }
        }
    }

    private static void makeResults(DataSource database) throws SQLException {
        Migrations.apply(database);
        RegisteredMeters.register(database, List.of(REQUESTS));
    }

    private static PostgresAddress address(EmbeddedPostgres server) {
        return new PostgresAddress(server.jdbcUrl(), server.user(), null);
    }

    private static Connections connections(EmbeddedPostgres server, DataDirectory held) {
        return new Connections(address(server), null, null, held.warehouse().toString());
    }

    private static CommandRun query(Path root, String engine) {
        return CommandRun.of(
                "query", "requests", "--engine", engine, "--data-dir", root.toString());
    }
}
