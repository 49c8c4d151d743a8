package io.tallyflow.integration.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallyflow.cli.Tallyflow;
import io.tallyflow.connectors.kafka.source.StoredOffset;
import io.tallyflow.connectors.postgres.PostgresServer;
import io.tallyflow.integration.scale.StoppableJob;
import io.tallyflow.integration.state.MeteringRig.Commits;
import io.tallyflow.integration.state.UpgradeScenario.Counted;
import io.tallyflow.integration.state.UpgradeScenario.Event;
import io.tallyflow.local.embedded.RetainedCheckpoints;
import io.tallyflow.operations.state.CommitOfState;
import io.tallyflow.operations.state.StateReport;
import io.tallyflow.operations.state.StateReport.Band;
import io.tallyflow.operations.state.StateReport.Meter;
import io.tallyflow.operations.state.StateReport.Operator;
import io.tallyflow.results.Question;
import io.tallyflow.results.RequestFailedException;
import io.tallyflow.results.savepoint.SavepointFormat;
import io.tallyflow.schemas.commit.CommitName;
import io.tallyflow.schemas.measure.Aggregation;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.flink.util.MathUtils;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a savepoint is said to hold is what the job has been sent. */
final class StateInspectTest {

    @TempDir private Path directory;

    private final UpgradeScenario scenario = new UpgradeScenario();

    @Test
    @Timeout(180)
    void tellsTheTruthOfSavepointsInBothFormatsAndOfARetainedCheckpoint() throws Exception {
        try (MeteringRig rig =
                new MeteringRig(directory, UpgradeScenario.METERS, PostgresServer.migrated())) {
            try (StoppableJob job = rig.start(2, null, Commits.WHEN_ASKED)) {
                for (String part : UpgradeScenario.BEFORE) {
                    rig.send(scenario.part(part));
                    rig.commitAll(job);
                }
                for (SavepointFormat format : SavepointFormat.values()) {
                    Path path = job.savepoint(rig.savepoints(), format, MeteringRig.PATIENCE);
                    StateReport report = StateReport.of(path.toString());
                    demandTruth(report);
                    assertThat(report.commit()).isNotEqualTo(ledger(rig));
                    assertThat(report.commit().token()).isEqualTo(ledger(rig).token());
                    assertThat(CommitOfState.in(path.toString())).isEqualTo(report.commit());
                }
                job.checkpoint(MeteringRig.PATIENCE);
            }
            Path newest = RetainedCheckpoints.newest(rig.checkpoints()).orElseThrow();
            StateReport report = StateReport.of(newest.toUri().toString());
            demandTruth(report);
            assertThat(report.commit()).isEqualTo(ledger(rig));
        }
    }

    @Test
    void saysThatWhatIsCutShortIsDamaged() throws Exception {
        SavepointFixture fixture =
                SavepointFixture.read(Path.of("src/test/resources/savepoints/0.1.0.zip"));
        Path contents = fixture.savepoint(directory).resolve("_metadata");
        byte[] bytes = Files.readAllBytes(contents);
        for (int length : new int[] {0, 1, bytes.length / 2, bytes.length - 1}) {
            Files.write(contents, Arrays.copyOf(bytes, length));
            assertThatThrownBy(() -> StateReport.of(contents.getParent().toString()))
                    .as("%d of %d bytes", length, bytes.length)
                    .isInstanceOf(RequestFailedException.class)
                    .hasMessageStartingWith(
                            contents.getParent()
                                    + ": its _metadata cannot be read, it may be damaged");
        }
    }

    @Test
    @Timeout(120)
    void leavesNothingBehindWhenItIsStopped() throws Exception {
        Path savepoint =
                SavepointFixture.read(Path.of("src/test/resources/savepoints/0.1.0.zip"))
                        .savepoint(directory);
        Path temporary = Files.createDirectory(directory.resolve("tmp"));
        Process inspect =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Djava.io.tmpdir=" + temporary,
                                "-cp",
                                System.getProperty("java.class.path"),
                                Tallyflow.class.getName(),
                                "state",
                                "inspect",
                                savepoint.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(directory.resolve("said").toFile())
                        .start();
        try {
            while (workingFiles(temporary).isEmpty()) {
                assertThat(inspect.isAlive()).as("before it was stopped").isTrue();
                Thread.onSpinWait();
            }
            inspect.destroy();
            inspect.waitFor();
        } finally {
            inspect.destroyForcibly();
        }
        assertThat(workingFiles(temporary)).isEmpty();
    }

    private static List<Path> workingFiles(Path temporary) throws IOException {
        try (Stream<Path> files = Files.list(temporary)) {
            return files.filter(
                            file -> file.getFileName().toString().startsWith("tallyflow-state-"))
                    .toList();
        }
    }

    private static CommitName ledger(MeteringRig rig) throws SQLException {
        try (Connection connection = rig.database().connect()) {
            return new Question<>(
                            "select token, checkpoint from tallyflow.ledger",
                            row -> new CommitName(row.getLong(1), row.getLong(2)))
                    .one(connection);
        }
    }

    private void demandTruth(StateReport report) {
        assertThat(report.checkpoint()).isEqualTo(report.commit().checkpoint());
        assertThat(report.watermark()).isEqualTo(scenario.watermark());
        assertThat(report.offsets()).isEqualTo(offsets());
        assertThat(report.operators()).hasSize(14);
        demandOperator(report, "metering.source.usage-events", 2, null, "SourceReaderState");
        demandOperator(
                report,
                "metering.deduplicate.first-of-identity",
                2,
                keys(),
                "definitions",
                "identity-blocks",
                "remembered-horizons");
        demandOperator(
                report,
                "metering.aggregate.usage",
                2,
                keys(),
                "definitions",
                "horizon",
                "settled-until",
                "open-windows",
                "cell-blocks",
                "value-blocks",
                "cell-rows",
                "value-rows",
                "group-counts");
        demandOperator(report, "metering.sink.postgres: gather", 1, null, "previous-commit");
        demandOperator(report, "metering.sink.postgres: lake", 1, null, "lake");
        demandIdentities(report);
        assertThat(report.meters()).extracting(Meter::slug).isEqualTo(UpgradeScenario.meters());
        report.meters().forEach(this::demandMeter);
    }

    private List<StoredOffset> offsets() {
        return UpgradeScenario.BEFORE.stream()
                .flatMap(part -> scenario.part(part).stream())
                .collect(Collectors.groupingBy(SentRecord::partition, Collectors.counting()))
                .entrySet()
                .stream()
                .sorted(Map.Entry.comparingByKey())
                .map(sent -> new StoredOffset("usage.events", sent.getKey(), sent.getValue()))
                .toList();
    }

    /** As many as key groups that a subject fell into. */
    private long keys() {
        return UpgradeScenario.subjects().stream()
                .map(subject -> MathUtils.murmurHash(subject.hashCode()) % 720)
                .distinct()
                .count();
    }

    private static void demandOperator(
            StateReport report,
            String uid,
            int parallelism,
            @Nullable Long keys,
            String... states) {
        Operator operator =
                report.operators().stream()
                        .filter(one -> one.uid().equals(uid))
                        .findFirst()
                        .orElseThrow();
        assertThat(operator.parallelism()).isEqualTo(parallelism);
        assertThat(operator.maxParallelism()).isEqualTo(parallelism == 1 ? 1 : 720);
        assertThat(operator.keys()).isEqualTo(keys);
        assertThat(operator.bytes()).isPositive();
        assertThat(operator.states()).containsExactlyInAnyOrder(states);
    }

    private void demandIdentities(StateReport report) {
        List<Instant> times = scenario.identities();
        Instant from = Instant.parse("2026-03-01T01:00:00Z");
        assertThat(report.identities().countedFrom()).isEqualTo(from);
        assertThat(report.identities().count()).isEqualTo(times.size());
        assertThat(report.identities().bands()).hasSize(6);
        for (Band band : report.identities().bands()) {
            long expected =
                    times.stream()
                            .map(time -> Duration.between(time, from))
                            .filter(age -> age.compareTo(band.from()) > 0)
                            .filter(age -> band.to() == null || age.compareTo(band.to()) <= 0)
                            .count();
            assertThat(band.count()).as("%s", band).isEqualTo(expected);
        }
    }

    private void demandMeter(Meter meter) {
        List<Counted> open = scenario.open(meter.slug());
        Set<Instant> starts = open.stream().map(Counted::windowStart).collect(Collectors.toSet());
        assertThat(meter.windows()).isEqualTo(starts.size());
        assertThat(meter.first()).isEqualTo(starts.stream().min(Instant::compareTo).orElseThrow());
        assertThat(meter.last()).isEqualTo(starts.stream().max(Instant::compareTo).orElseThrow());
        assertThat(meter.subjects()).isEqualTo(different(open.stream().map(Counted::subject)));
        assertThat(meter.cells()).isEqualTo(different(open.stream().map(Counted::cell)));
        assertThat(meter.total().readings()).isEqualTo(open.size());
        assertThat(meter.distinctValues())
                .isEqualTo(
                        UpgradeScenario.aggregation(meter.slug()) == Aggregation.UNIQUE_COUNT
                                ? different(open.stream().map(Counted::cellAndUser))
                                : 0);
        BigDecimal shown = shown(meter);
        if (shown != null) {
            assertThat(shown).as(meter.slug()).isEqualByComparingTo(total(meter, open));
        }
    }

    private static @Nullable BigDecimal shown(Meter meter) {
        return switch (UpgradeScenario.aggregation(meter.slug())) {
            case SUM, AVG -> meter.total().sum();
            case MIN -> meter.total().min();
            case MAX -> meter.total().max();
            case LATEST -> meter.total().latest();
            case COUNT, UNIQUE_COUNT -> null;
        };
    }

    private static BigDecimal total(Meter meter, List<Counted> open) {
        List<Event> events = open.stream().map(Counted::event).toList();
        return UpgradeScenario.aggregation(meter.slug()) == Aggregation.AVG
                ? UpgradeScenario.seconds(events)
                : UpgradeScenario.value(open);
    }

    private static long different(Stream<String> texts) {
        return texts.distinct().count();
    }
}
