package io.tallyflow.integration.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.connectors.directory.Directories;
import io.tallyflow.connectors.kafka.source.StoredOffset;
import io.tallyflow.connectors.postgres.PostgresServer;
import io.tallyflow.integration.lake.LakeReader;
import io.tallyflow.integration.scale.StoppableJob;
import io.tallyflow.integration.state.MeteringRig.Commits;
import io.tallyflow.jobs.metering.MeteringJob;
import io.tallyflow.operations.state.StateReport;
import io.tallyflow.results.savepoint.SavepointFormat;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A savepoint that any earlier version wrote can be started from, and rescaled. {@code
 * -Dtallyflow.golden=write} writes the one of this version, unless it is there: what was written
 * once stays as it is.
 */
final class UpgradeTest {

    private static final Path FIXTURES = Path.of("src/test/resources/savepoints");

    private static final String EVENTS =
            """
            select count(*) as records, count(distinct (subject, source, id)) as identities
            from events
            """;

    private static final List<Integer> PARALLELISMS = List.of(2, 3, 1);

    @TempDir private Path directory;

    static List<Path> fixtures() throws Exception {
        Path own = FIXTURES.resolve(MeteringJob.VERSION + ".zip");
        if ("write".equals(System.getProperty("tallyflow.golden")) && !Files.exists(own)) {
            write(own);
        }
        try (Stream<Path> all = Files.list(FIXTURES)) {
            return all.sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("fixtures")
    @Timeout(180)
    void goesOnFromASavepointOfAnEarlierVersionAtAnyParallelism(Path file) throws Exception {
        SavepointFixture fixture = SavepointFixture.read(file);
        List<SentRecord> records = fixture.records();
        try (MeteringRig rig = new MeteringRig(directory, fixture.meters(), fixture.database())) {
            Path savepoint = fixture.savepoint(directory);
            rig.send(parts(records, UpgradeScenario.BEFORE));
            for (int i = 0; i < PARALLELISMS.size(); i++) {
                try (StoppableJob job =
                        rig.start(PARALLELISMS.get(i), savepoint, Commits.BY_THEMSELVES)) {
                    rig.send(parts(records, UpgradeScenario.AFTER.subList(i, i + 1)));
                    rig.awaitAll(job);
                    if (i + 1 < PARALLELISMS.size()) {
                        savepoint = job.stop(rig.savepoints(), MeteringRig.PATIENCE);
                    } else {
                        demandTruth(rig, job, fixture.truth());
                    }
                }
            }
        }
    }

    private static void demandTruth(MeteringRig rig, StoppableJob job, ScenarioTruth truth)
            throws Exception {
        long accepted = truth.lanes().get("metered") + truth.lanes().get("unmatched");
        try (Connection connection = rig.database().connect()) {
            truth.demand(connection);
            connection.setSchema("tallyflow");
            // The lake follows; what lay in the savepoint must be in it, too, and nothing twice.
            job.await(
                    "all events in the lake",
                    MeteringRig.PATIENCE,
                    () -> eventsInLake(connection).get(0) >= accepted);
            assertThat(eventsInLake(connection)).containsOnly(accepted);
        }
    }

    /** Rows, and different identities among them. */
    private static List<Long> eventsInLake(Connection catalog) throws Exception {
        try (LakeReader lake = LakeReader.ofCatalog(catalog)) {
            Map<String, Object> row = lake.query(EVENTS).get(0);
            return List.of((Long) row.get("records"), (Long) row.get("identities"));
        }
    }

    private static List<SentRecord> parts(List<SentRecord> records, List<String> parts) {
        return records.stream().filter(record -> parts.contains(record.part())).toList();
    }

    private static void write(Path file) throws Exception {
        Path directory = Files.createTempDirectory("tallyflow-fixture-");
        UpgradeScenario scenario = new UpgradeScenario();
        try (MeteringRig rig =
                        new MeteringRig(
                                directory, UpgradeScenario.METERS, PostgresServer.migrated());
                StoppableJob job = rig.start(PARALLELISMS.get(0), null, Commits.WHEN_ASKED)) {
            for (String part :
                    UpgradeScenario.BEFORE.subList(0, UpgradeScenario.BEFORE.size() - 1)) {
                rig.send(scenario.part(part));
                rig.commitAll(job);
            }
            // A savepoint's commit is not made before the next checkpoint: these stay pending.
            rig.send(scenario.part(UpgradeScenario.BEFORE.get(UpgradeScenario.BEFORE.size() - 1)));
            Path savepoint;
            do {
                savepoint =
                        job.savepoint(
                                rig.savepoints(), SavepointFormat.CANONICAL, MeteringRig.PATIENCE);
            } while (read(savepoint) < parts(scenario.records(), UpgradeScenario.BEFORE).size());
            try (Connection connection = rig.database().connect()) {
                SavepointFixture.of(
                                savepoint,
                                connection,
                                UpgradeScenario.METERS,
                                scenario.records(),
                                scenario.truth())
                        .write(file);
            }
        } finally {
            Directories.delete(directory);
        }
    }

    private static long read(Path savepoint) {
        return StateReport.of(savepoint.toString()).offsets().stream()
                .mapToLong(StoredOffset::next)
                .sum();
    }
}
