package io.tallyflow.connectors.kafka.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.schemas.event.ParsedRecord;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.runtime.checkpoint.AbstractCheckpointStats;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.flink.runtime.jobmaster.JobResult;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a running job makes of a backlog: only the partition and its end are scripted. */
@Timeout(120)
final class BacklogCheckpointsTest {

    private static final Duration USUAL = Duration.ofMillis(100);
    private static final Duration LONG_FOR_USUAL = Duration.ofMillis(1_500);
    private static final int IN_A_ROW = 3;

    @Test
    void checkpointsComeLessOftenUntilTheBacklogIsRead() throws Exception {
        run(
                Duration.ofSeconds(3),
                job -> {
                    ScriptedSource.end(100_000);
                    job.await(gaps -> gaps.stream().allMatch(BacklogCheckpointsTest::isLong));
                    ScriptedSource.end(0);
                    job.await(gaps -> gaps.stream().noneMatch(BacklogCheckpointsTest::isLong));
                });
    }

    @Test
    void theFirstCheckpointAfterABacklogDoesNotWaitForTheIntervalOfTheBacklog() throws Exception {
        run(
                Duration.ofHours(1),
                job -> {
                    ScriptedSource.end(0);
                    job.await(gaps -> true);
                    ScriptedSource.end(100_000);
                    long last = job.awaitSilence();
                    ScriptedSource.end(0);
                    job.awaitOneAfter(last);
                });
    }

    private static boolean isLong(long gapMillis) {
        return gapMillis >= LONG_FOR_USUAL.toMillis();
    }

    private static void run(Duration duringBacklog, Body body) throws Exception {
        Configuration settings = new Configuration();
        settings.set(RestOptions.BIND_PORT, "0");
        settings.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, USUAL);
        settings.set(CheckpointingOptions.CHECKPOINTING_INTERVAL_DURING_BACKLOG, duringBacklog);
        try (MiniCluster cluster = new MiniCluster(ofOneSlot(settings))) {
            cluster.start();
            JobGraph graph = graph(settings);
            cluster.submitJob(graph).get();
            body.run(new Job(cluster, graph, cluster.requestJobResult(graph.getJobID())));
        }
    }

    private static MiniClusterConfiguration ofOneSlot(Configuration settings) {
        return new MiniClusterConfiguration.Builder()
                .setConfiguration(settings)
                .setNumTaskManagers(1)
                .setNumSlotsPerTaskManager(1)
                .build();
    }

    private static JobGraph graph(Configuration settings) {
        StreamExecutionEnvironment environment =
                StreamExecutionEnvironment.getExecutionEnvironment(settings);
        environment.setParallelism(1);
        environment
                .fromSource(
                        new ScriptedSource(),
                        WatermarkStrategy.noWatermarks(),
                        "scripted",
                        TypeInformation.of(ParsedRecord.class))
                .sinkTo(new DiscardingSink<>());
        return environment.getStreamGraph().getJobGraph();
    }

    @FunctionalInterface
    private interface Body {
        void run(Job job) throws Exception;
    }

    /** The job, and when its checkpoints came. */
    private record Job(MiniCluster cluster, JobGraph graph, CompletableFuture<JobResult> result) {

        /** Until that is so of the last gaps between checkpoints, in milliseconds. */
        void await(Predicate<List<Long>> ofGaps) throws Exception {
            List<Long> gaps = List.of();
            while (gaps.size() < IN_A_ROW || !ofGaps.test(gaps)) {
                pause();
                gaps = lastGaps();
            }
        }

        /** Until there has been no checkpoint for many of the usual intervals; the last one. */
        long awaitSilence() throws Exception {
            while (!isLong(System.currentTimeMillis() - triggered().get(0))) {
                pause();
            }
            return triggered().get(0);
        }

        void awaitOneAfter(long millis) throws Exception {
            while (triggered().get(0) <= millis) {
                pause();
            }
        }

        private void pause() {
            CompletableFuture<?> soon =
                    new CompletableFuture<>().completeOnTimeout(null, 50, TimeUnit.MILLISECONDS);
            CompletableFuture.anyOf(result, soon).join();
            assertThat(result).isNotDone();
        }

        private List<Long> lastGaps() throws Exception {
            List<Long> newest = triggered();
            return IntStream.range(1, Math.min(newest.size(), IN_A_ROW + 1))
                    .mapToObj(i -> newest.get(i - 1) - newest.get(i))
                    .toList();
        }

        /** Newest first. */
        private List<Long> triggered() throws Exception {
            return cluster
                    .getExecutionGraph(graph.getJobID())
                    .get()
                    .getCheckpointStatsSnapshot()
                    .getHistory()
                    .getCheckpoints()
                    .stream()
                    .map(AbstractCheckpointStats::getTriggerTimestamp)
                    .toList();
        }
    }
}
