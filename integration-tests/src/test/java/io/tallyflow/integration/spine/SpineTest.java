package io.tallyflow.integration.spine;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.connectors.postgres.PostgresServer;
import io.tallyflow.integration.protocol.ResultsReader;
import io.tallyflow.integration.protocol.UsageLog;
import io.tallyflow.integration.protocol.Witness;
import io.tallyflow.local.embedded.EmbeddedFlink;
import io.tallyflow.local.embedded.EmbeddedKafka;
import io.tallyflow.local.embedded.JobSettings;
import io.tallyflow.local.embedded.RetainedCheckpoints;
import io.tallyflow.local.embedded.RunningJob;
import io.tallyflow.local.embedded.Topics;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One run through a real Kafka, a real Flink job and a real Postgres, stopped and resumed. */
final class SpineTest {

    private static final int HALF = 2_000;

    @TempDir Path directory;

    @Test
    @Timeout(180)
    void countsEveryEventOnceAcrossARestartOfTheJob() throws Exception {
        UsageLog log = new UsageLog(3, Topics.EVENT_PARTITIONS, 2 * HALF);
        Path meters = Files.writeString(directory.resolve("meters.yaml"), UsageLog.METERS);
        try (EmbeddedKafka kafka = EmbeddedKafka.start(directory.resolve("kafka"), 0);
                PostgresServer.Database database = PostgresServer.migrated()) {
            Witness witness = new Witness(database::connect, log);
            JobSettings settings = settings(kafka, database, meters, null);
            long[] sent = send(kafka, log, new long[Topics.EVENT_PARTITIONS], 1, 2);
            try (RunningJob job = EmbeddedFlink.metering().start(settings)) {
                job.awaitProcessing(Duration.ofSeconds(60));
                awaitOffsets(witness, job, sent);
            }
            Path newest = RetainedCheckpoints.newest(settings.checkpoints()).orElseThrow();
            send(kafka, log, sent, 2, 2);
            try (RunningJob job =
                    EmbeddedFlink.metering().start(settings(kafka, database, meters, newest))) {
                awaitOffsets(witness, job, log.ends());
            }
            witness.demandComplete();
        }
    }

    private JobSettings settings(
            EmbeddedKafka kafka, PostgresServer.Database database, Path meters, Path restoreFrom) {
        return settings(kafka, database, meters, directory, restoreFrom);
    }

    /** Of a job at parallelism 2 that keeps its state below a directory. */
    static JobSettings settings(
            EmbeddedKafka kafka,
            PostgresServer.Database database,
            Path meters,
            Path directory,
            @Nullable Path restoreFrom) {
        return new JobSettings(
                kafka.bootstrapServers(),
                database.url(),
                database.user(),
                null,
                meters,
                directory.resolve("flink"),
                0,
                2,
                restoreFrom);
    }

    static void awaitOffsets(Witness witness, RunningJob job, long[] offsets) throws Exception {
        ResultsReader.Results seen = witness.look();
        while (!java.util.Arrays.equals(seen.offsets(), offsets)) {
            assertThat(job.ended()).isNotDone();
            seen = witness.look();
        }
    }

    /** Sends so many parts of the log, and returns the offsets after them. */
    static long[] send(EmbeddedKafka kafka, UsageLog log, long[] from, int part, int parts)
            throws Exception {
        Properties client = new Properties();
        client.setProperty("bootstrap.servers", kafka.bootstrapServers());
        return UsageLogSender.send(client, log, from, part, parts);
    }
}
