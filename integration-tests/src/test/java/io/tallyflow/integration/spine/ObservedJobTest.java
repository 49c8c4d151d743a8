package io.tallyflow.integration.spine;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.connectors.kafka.KafkaConnection;
import io.tallyflow.connectors.kafka.source.ReaderMetrics;
import io.tallyflow.connectors.postgres.CommitMetrics;
import io.tallyflow.connectors.postgres.PostgresServer;
import io.tallyflow.functions.progress.LaneMetrics;
import io.tallyflow.integration.protocol.UsageLog;
import io.tallyflow.local.embedded.EmbeddedFlink;
import io.tallyflow.local.embedded.EmbeddedKafka;
import io.tallyflow.local.embedded.JobSettings;
import io.tallyflow.local.embedded.Ports;
import io.tallyflow.local.embedded.RunningJob;
import io.tallyflow.local.embedded.Topics;
import io.tallyflow.schemas.progress.Metric;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A running job tells the same about itself through Flink's REST interface and to Prometheus. */
final class ObservedJobTest {

    private static final int RECORDS = 2_000;

    /** {@code name{labels} value}, or without labels. */
    private static final Pattern SAMPLE = Pattern.compile("(?m)^(\\w+)(?:\\{(.*)})? (\\S+)$");

    private static final Pattern ID = Pattern.compile("\"id\":\"([^\"]*)\"");

    private static final Pattern VERTICES = Pattern.compile("\"vertices\":\\[(.*?)],\"status");

    private static final Pattern SUM = Pattern.compile("\"sum\":\"?([-0-9.E]+)");

    private final HttpClient http = HttpClient.newHttpClient();

    @TempDir Path directory;

    @Test
    @Timeout(180)
    void tellsTheSameToEveryoneWhoAsks() throws Exception {
        UsageLog log = new UsageLog(7, Topics.EVENT_PARTITIONS, RECORDS);
        Path meters = Files.writeString(directory.resolve("meters.yaml"), UsageLog.METERS);
        try (EmbeddedKafka kafka = EmbeddedKafka.start(directory.resolve("kafka"), 0);
                PostgresServer.Database database = PostgresServer.migrated()) {
            int metricsPort = Ports.free();
            JobSettings settings =
                    new JobSettings(
                            KafkaConnection.plain(kafka.bootstrapServers()),
                            database.url(),
                            database.user(),
                            null,
                            meters,
                            directory.resolve("flink"),
                            directory.resolve("warehouse"),
                            0,
                            metricsPort,
                            2,
                            null);
            SpineTest.send(kafka, log, new long[log.partitions()], 1, 1);
            try (RunningJob job = EmbeddedFlink.metering().start(settings)) {
                Map<String, Long> rest = restWhenAllIsRead(job);
                assertThat(rest.keySet()).containsAll(namesOfReference());
                assertThat(rest.get("meteredRecords")).isPositive();
                assertThat(inLanes(rest)).isEqualTo(RECORDS);
                assertThat(rest.get("commits")).isPositive();
                assertThat(rest.get("partitions")).isEqualTo(Topics.EVENT_PARTITIONS);
                assertThat(rest).containsEntry("pendingRecords", 0L);

                Map<String, Long> scraped = scrape(metricsPort);
                assertThat(scraped.keySet()).containsAll(namesOfReference());
                for (String name : List.of("consumedRecords", "meteredRecords", "readings")) {
                    assertThat(scraped).containsEntry(name, rest.get(name));
                }
                assertThat(inLanes(scraped)).isEqualTo(RECORDS);
                assertThat(scraped).containsEntry("pendingRecords", 0L);
                assertThat(scraped.get("rocksdb_live_sst_files_size")).isNotNegative();
                assertThat(scraped.get("lastCheckpointFullSize")).isPositive();
                assertThat(samples(metricsPort))
                        .as("what alerts and the dashboard ask for")
                        .containsAll(namesOfMonitoring());
            }
        }
    }

    private static long inLanes(Map<String, Long> values) {
        return Stream.of("rejected", "stale", "conflict", "duplicate", "unmatched", "metered")
                .mapToLong(lane -> values.get(lane + "Records"))
                .sum();
    }

    private static List<String> namesOfReference() {
        return Stream.of(
                        LaneMetrics.reference(),
                        ReaderMetrics.reference(),
                        CommitMetrics.reference())
                .flatMap(List::stream)
                .map(Metric::name)
                .map(name -> name.replace("reason.CODE.", "reason "))
                .toList();
    }

    /** Flink gathers for its REST interface every few seconds. */
    private Map<String, Long> restWhenAllIsRead(RunningJob job) throws Exception {
        Map<String, Long> values = Map.of();
        while (values.getOrDefault("consumedRecords", 0L) < RECORDS
                || inLanes(values) < RECORDS
                || values.getOrDefault("commits", 0L) == 0
                || values.getOrDefault("pendingRecords", -1L) != 0) {
            assertThat(job.ended()).isNotDone();
            values = rest(job);
        }
        return values;
    }

    /** Sums over all subtasks, by the last part of the name. */
    private Map<String, Long> rest(RunningJob job) throws Exception {
        String base = job.webAddress() + "/jobs/" + job.id();
        Matcher vertices = VERTICES.matcher(get(base));
        Map<String, Long> values = new TreeMap<>();
        if (!vertices.find()) {
            return values;
        }
        for (String vertex : ids(vertices.group(1))) {
            String metrics = base + "/vertices/" + vertex + "/subtasks/metrics";
            for (String id : ids(get(metrics))) {
                if (id.contains(".tallyflow.") || id.endsWith(".pendingRecords")) {
                    Matcher sum = SUM.matcher(get(metrics + "?agg=sum&get=" + id));
                    if (sum.find()) {
                        values.merge(shortName(id), number(sum.group(1)), Long::sum);
                    }
                }
            }
        }
        return values;
    }

    /** The labelled ones under a name of their own; of a histogram the number of values. */
    private static String shortName(String id) {
        String name = id.substring(id.lastIndexOf('.') + 1);
        if (id.contains(".reason.")) {
            return "reason " + name;
        }
        return name.startsWith("commitDurationMs_") ? "commitDurationMs" : name;
    }

    private static List<String> ids(String json) {
        List<String> ids = new ArrayList<>();
        Matcher id = ID.matcher(json);
        while (id.find()) {
            ids.add(id.group(1));
        }
        return ids;
    }

    /** Whole names, as Prometheus keeps them. */
    private Set<String> samples(int port) throws Exception {
        return SAMPLE.matcher(get("http://127.0.0.1:" + port + "/metrics"))
                .results()
                .map(sample -> sample.group(1))
                .collect(Collectors.toSet());
    }

    private static Set<String> namesOfMonitoring() throws IOException {
        Path monitoring = Path.of("../deploy/monitoring");
        String both =
                Files.readString(monitoring.resolve("alerts.yaml"))
                        + Files.readString(monitoring.resolve("dashboard.json"));
        return Pattern.compile("flink_\\w+")
                .matcher(both)
                .results()
                .map(MatchResult::group)
                .collect(Collectors.toSet());
    }

    /** Sums over all labels, by the last part of the name. */
    private Map<String, Long> scrape(int port) throws Exception {
        Map<String, Long> values = new TreeMap<>();
        Matcher sample = SAMPLE.matcher(get("http://127.0.0.1:" + port + "/metrics"));
        while (sample.find()) {
            String name = sample.group(1);
            int own = name.indexOf("_tallyflow_");
            String last =
                    own >= 0
                            ? name.substring(own + "_tallyflow_".length())
                            : name.substring(
                                    name.indexOf("_rocksdb_") >= 0
                                            ? name.indexOf("_rocksdb_") + 1
                                            : name.lastIndexOf('_') + 1);
            values.merge(last.replace("reason_", "reason "), number(sample.group(3)), Long::sum);
        }
        return values;
    }

    private static long number(String text) {
        return text.equals("NaN") ? 0 : new BigDecimal(text).longValue();
    }

    private String get(String address) throws IOException, InterruptedException {
        return http.send(
                        HttpRequest.newBuilder(URI.create(address)).build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
    }
}
