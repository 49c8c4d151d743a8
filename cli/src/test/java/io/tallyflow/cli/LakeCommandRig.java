package io.tallyflow.cli;

import io.tallyflow.connectors.iceberg.write.SmallLake;
import io.tallyflow.connectors.postgres.MadeCommit;
import io.tallyflow.connectors.postgres.PostgresServer;
import io.tallyflow.connectors.postgres.RegisteredMeters;
import io.tallyflow.connectors.postgres.WrittenRows;
import io.tallyflow.schemas.commit.CommitName;
import io.tallyflow.schemas.meter.MeterFile;
import io.tallyflow.schemas.stream.LakeRow;
import io.tallyflow.schemas.usage.UsageRow;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A database with some meters, and a lake, for commands that need both; without a job. */
public abstract class LakeCommandRig {

    @TempDir protected Path directory;
    protected PostgresServer.Database database;
    private final String meters;

    /**
     * @param meters definitions, YAML
     */
    protected LakeCommandRig(String meters) {
        this.meters = meters;
    }

    @BeforeEach
    final void create() throws Exception {
        database = PostgresServer.migrated();
        RegisteredMeters.register(database.dataSource(), MeterFile.parse("m", meters));
    }

    @AfterEach
    final void drop() {
        database.close();
    }

    /** The lake, made if it is not there. */
    protected final SmallLake lake() {
        return new SmallLake(database, warehouse());
    }

    /**
     * Commit 3: what the lake holds of it, and Postgres.
     *
     * @param accepted rows of the lake's events
     * @param usage rows of Postgres
     */
    protected final void commit(List<LakeRow> accepted, List<UsageRow> usage) throws Exception {
        try (SmallLake lake = lake();
                Connection connection = database.connect()) {
            CommitName name = lake.commit(0, accepted);
            connection.setAutoCommit(false);
            WrittenRows.write(connection, usage, List.of(), List.of());
            MadeCommit.make(connection, 3, name, accepted.size(), null);
            connection.commit();
        }
    }

    protected final Path warehouse() {
        return directory.resolve("warehouse");
    }

    /** As {@code --postgres-url} takes it. */
    protected final String address() {
        return TestedServers.postgresUrl(database);
    }

    /** Options that say where both are, and then more. */
    protected final String[] where(String... more) throws Exception {
        List<String> all =
                new ArrayList<>(
                        List.of(
                                "--postgres-url",
                                address(),
                                "--lake-properties",
                                TestedServers.lakeProperties(directory, database, warehouse())
                                        .toString()));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    /** A file for {@code --kafka-properties}: brokers that are not there are soon given up. */
    protected final Path impatient() throws Exception {
        return Files.writeString(
                directory.resolve("kafka.properties"),
                "default.api.timeout.ms=1000\nrequest.timeout.ms=1000\n");
    }
}
