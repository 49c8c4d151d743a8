package io.tallyflow.integration.spine;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.connectors.postgres.schema.Migrations;
import io.tallyflow.integration.protocol.UsageLog;
import io.tallyflow.integration.protocol.Witness;
import io.tallyflow.local.embedded.EmbeddedFlink;
import io.tallyflow.local.embedded.EmbeddedKafka;
import io.tallyflow.local.embedded.EmbeddedPostgres;
import io.tallyflow.local.embedded.JobSettings;
import io.tallyflow.local.embedded.RunningJob;
import io.tallyflow.local.embedded.Topics;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.ds.PGSimpleDataSource;

/** Postgres goes away under a running job, and comes back. */
final class OutageTest {

    private static final int RECORDS = 3_000;

    @TempDir Path directory;

    @Test
    @Timeout(180)
    void waitsForPostgresWithoutARestartAndLosesNothing() throws Exception {
        UsageLog log = new UsageLog(5, Topics.EVENT_PARTITIONS, RECORDS);
        Path meters = Files.writeString(directory.resolve("meters.yaml"), UsageLog.METERS);
        EmbeddedPostgres.ServerFiles place =
                EmbeddedPostgres.ServerFiles.below(directory.resolve("postgres"));
        EmbeddedPostgres first = EmbeddedPostgres.start(place, 0);
        PGSimpleDataSource database = new PGSimpleDataSource();
        database.setUrl(first.jdbcUrl());
        database.setUser(first.user());
        Migrations.apply(database);
        Witness witness = new Witness(database::getConnection, log);
        JobSettings settings;
        try (EmbeddedKafka kafka = EmbeddedKafka.start(directory.resolve("kafka"), 0)) {
            settings =
                    new JobSettings(
                            kafka.bootstrapServers(),
                            first.jdbcUrl(),
                            first.user(),
                            null,
                            meters,
                            directory.resolve("flink"),
                            0,
                            2,
                            null);
            try (RunningJob job = EmbeddedFlink.metering().start(settings)) {
                job.awaitProcessing(Duration.ofSeconds(60));
                long[] half = SpineTest.send(kafka, log, new long[log.partitions()], 1, 2);
                SpineTest.awaitOffsets(witness, job, half);
                first.close();
                SpineTest.send(kafka, log, half, 2, 2);
                try (EmbeddedPostgres second = EmbeddedPostgres.start(place, first.port())) {
                    assertThat(second.jdbcUrl()).isEqualTo(first.jdbcUrl());
                    SpineTest.awaitOffsets(witness, job, log.ends());
                    witness.demandComplete();
                    assertThat(failures(job)).contains("\"entries\":[]");
                }
            }
        } finally {
            first.close();
        }
    }

    private static String failures(RunningJob job) throws Exception {
        URI exceptions = URI.create(job.webAddress() + "/jobs/" + job.id() + "/exceptions");
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(exceptions).build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
    }
}
