package io.tallyflow.cli.lake;

import static io.tallyflow.schemas.event.AnEvent.anEvent;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.cli.CommandRun;
import io.tallyflow.cli.directory.DataDirectory;
import io.tallyflow.connectors.directory.Directories;
import io.tallyflow.connectors.iceberg.RestCatalogServer;
import io.tallyflow.connectors.iceberg.table.Lake;
import io.tallyflow.connectors.iceberg.table.LakeOptions;
import io.tallyflow.connectors.iceberg.table.LakeTable;
import io.tallyflow.connectors.iceberg.upkeep.LakeOrphans;
import io.tallyflow.connectors.iceberg.write.SmallLake;
import io.tallyflow.local.embedded.EmbeddedPostgres;
import io.tallyflow.local.embedded.LakeAddress;
import io.tallyflow.schemas.stream.LakeRow;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.io.CloseableIterable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** On a small data directory that servers have left. */
@Timeout(180)
final class LakeCompactCommandTest {

    private static final Instant FIRST_DAY = Instant.parse("2026-02-27T10:00:00Z");
    private static final int BATCHES = 4;

    private final Path directory;

    LakeCompactCommandTest(@TempDir Path folder) {
        this.directory = folder.resolve("data");
    }

    @AfterEach
    void leaveNoServer() {
        assertThat(directory.resolve("postgres/data/postmaster.pid")).doesNotExist();
    }

    @Test
    void compactsWhatServersHaveLeftAndRemovesWhatBelongsToNoTable() throws Exception {
        makeLake();
        Path orphan = orphan();
        assertThat(rowsByFile()).hasSize(12).allMatch(rows -> rows == 10);
        int files = dataFiles();

        CommandRun dry = run("--dry-run");
        assertThat(dry.err()).isEmpty();
        assertThat(dry.exitCode()).isZero();
        assertThat(dry.out().lines())
                .hasSize(4)
                .anyMatch(line -> line.matches("events +2026-02-27 +4 +1 +\\d+ +40"))
                .anyMatch(line -> line.matches("events +2026-02-28 +4 +1 +\\d+ +40"))
                .contains("would remove " + orphan + ", which belongs to no table");
        assertThat(dataFiles()).isEqualTo(files);

        CommandRun done = run("--older-than", "0");
        assertThat(done.err()).isEmpty();
        assertThat(done.exitCode()).isZero();
        assertThat(done.out().lines())
                .hasSize(5)
                .anyMatch(line -> line.matches("table +day +files +after +bytes +after +rows"))
                .anyMatch(line -> line.matches("events +2026-02-27 +4 +1 +\\d+ +\\d+ +40"))
                .anyMatch(line -> line.matches("events +2026-02-28 +4 +1 +\\d+ +\\d+ +40"))
                .anyMatch(line -> line.matches("events +2026-03-01 +4 +1 +\\d+ +\\d+ +40"))
                .contains("removed " + orphan + ", which belongs to no table");
        assertThat(orphan).doesNotExist();
        assertThat(rowsByFile()).containsExactly(40L, 40L, 40L);
        assertThat(run("--older-than", "0").out().lines())
                .containsExactly("nothing to compact in days before 2026-03-02");
    }

    /** As of a copy that was told to be at home where it is, without more. */
    @Test
    void changesNothingOutsideItsDirectoryWhateverTheCatalogSays() throws Exception {
        makeLake();
        orphan();
        Path copy = copy();
        Files.writeString(copy.resolve("made-at"), copy + "\n");
        Map<String, FileTime> original = contents();

        CommandRun run = CommandRun.of("lake", "compact", "--data-dir", copy.toString());
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err().lines())
                .singleElement()
                .asString()
                .contains("is not in the lake's warehouse file://" + copy + "/warehouse");
        assertThat(contents()).isEqualTo(original);
        try (DataDirectory held = DataDirectory.open(copy);
                EmbeddedPostgres postgres = EmbeddedPostgres.start(held.postgres(), 0);
                Lake lake = Lake.open(options(postgres, held))) {
            LakeOrphans orphans = new LakeOrphans(lake);
            for (LakeTable table : LakeTable.values()) {
                assertThat(orphans.find(table)).isEmpty();
            }
        }
    }

    /** Killed when the catalog had changed, and what the directory remembers had not. */
    @Test
    void relocatesADirectoryThatWasMovedAgainAfterARelocationWasKilled() throws Exception {
        makeLake();
        Path copy = copy();
        assertThat(CommandRun.of("relocate", "--data-dir", copy.toString()).exitCode()).isZero();
        Files.writeString(copy.resolve("made-at"), directory + "\n");
        Path again = Files.move(copy, copy.resolveSibling(copy.getFileName() + "-again"));

        CommandRun relocated = CommandRun.of("relocate", "--data-dir", again.toString());
        assertThat(relocated.err()).isEmpty();
        assertThat(relocated.out()).contains("5 tables of the lake moved");
        try (DataDirectory held = DataDirectory.open(again);
                EmbeddedPostgres postgres = EmbeddedPostgres.start(held.postgres(), 0);
                Lake lake = Lake.open(options(postgres, held))) {
            assertThat(rowsByFile(lake)).isNotEmpty();
            assertThat(lake.table(LakeTable.EVENTS).location())
                    .startsWith("file://" + again + "/warehouse/");
        }
    }

    /** As of an up that was given a Postgres of its own: there is one catalog, so one directory. */
    @Test
    void relocatesALakeWhoseCatalogIsInAnotherPostgresOnceItsFirstDirectoryIsGone(
            @TempDir Path folder) throws Exception {
        try (EmbeddedPostgres catalog =
                EmbeddedPostgres.start(EmbeddedPostgres.ServerFiles.below(folder), 0)) {
            createSchema(catalog);
            try (DataDirectory held = DataDirectory.open(directory);
                    SmallLake lake = new SmallLake(options(catalog, held))) {
                commit(lake, 0, BATCHES);
            }
            Path copy = copy();
            String url = "postgresql://tallyflow@127.0.0.1:" + catalog.port() + "/tallyflow";
            CommandRun unnamed = CommandRun.of("relocate", "--data-dir", copy.toString());
            assertThat(unnamed.exitCode()).isEqualTo(2);
            assertThat(unnamed.err())
                    .contains("is in another Postgres: name it with --postgres-url");
            CommandRun shared = relocate(copy, url);
            assertThat(shared.exitCode()).isEqualTo(1);
            assertThat(shared.err()).contains(copy + " is a copy, and the Postgres at ", "belongs");

            Directories.delete(directory);
            CommandRun relocated = relocate(copy, url);
            assertThat(relocated.err()).isEmpty();
            assertThat(relocated.out()).contains("5 tables of the lake moved from " + directory);
            try (DataDirectory held = DataDirectory.open(copy);
                    Lake lake = Lake.open(options(catalog, held))) {
                assertThat(rowsByFile(lake)).hasSize(12).allMatch(rows -> rows == 10);
                assertThat(lake.table(LakeTable.EVENTS).location())
                        .startsWith("file://" + copy + "/warehouse/");
            }
        }
    }

    private static CommandRun relocate(Path root, String postgres) {
        return CommandRun.of("relocate", "--data-dir", root.toString(), "--postgres-url", postgres);
    }

    @Test
    void compactsACopyThatWasMadeADirectoryOfItsOwn() throws Exception {
        makeLake();
        assertThat(run("--older-than", "3").exitCode()).isZero();
        Path copy = copy();
        Map<String, FileTime> original = contents();
        CommandRun refused = CommandRun.of("lake", "compact", "--data-dir", copy.toString());
        assertThat(refused.exitCode()).isEqualTo(1);
        assertThat(refused.err())
                .contains(copy + " was made at " + directory, "tallyflow relocate --data-dir");

        for (int time = 0; time < 2; time++) {
            CommandRun relocated = CommandRun.of("relocate", "--data-dir", copy.toString());
            assertThat(relocated.err()).isEmpty();
            assertThat(relocated.out()).contains((time == 0 ? 5 : 0) + " tables of the lake moved");
        }
        try (DataDirectory held = DataDirectory.open(copy);
                EmbeddedPostgres postgres = EmbeddedPostgres.start(held.postgres(), 0);
                Lake lake = Lake.open(options(postgres, held))) {
            Table events = lake.table(LakeTable.EVENTS);
            assertThat(rowsByFile(lake)).hasSize(12).allMatch(rows -> rows == 10);
            for (Snapshot snapshot : events.snapshots()) {
                for (DataFile file : snapshot.addedDataFiles(events.io())) {
                    assertThat(file.location()).startsWith("file://" + copy + "/warehouse/");
                    assertThat(Path.of(file.location().substring(7))).isRegularFile();
                }
                for (ManifestFile manifest : snapshot.allManifests(events.io())) {
                    assertThat(Path.of(manifest.path().substring(7))).hasSize(manifest.length());
                }
            }
        }
        CommandRun run =
                CommandRun.of(
                        "lake", "compact", "--older-than", "0", "--data-dir", copy.toString());
        assertThat(run.err()).isEmpty();
        assertThat(run.out()).containsPattern("events +2026-03-01 +4 +1 ");
        assertThat(contents()).isEqualTo(original);
        assertThat(rowsByFile()).hasSize(12);
    }

    private Path copy() throws Exception {
        Path copy = directory.resolveSibling("the copy");
        Process cp = new ProcessBuilder("cp", "-a", directory.toString(), copy.toString()).start();
        assertThat(cp.waitFor()).isZero();
        return copy;
    }

    private Map<String, FileTime> contents() throws Exception {
        Map<String, FileTime> all = new TreeMap<>();
        try (Stream<Path> files = Files.walk(directory.resolve("warehouse"))) {
            for (Path file : files.toList()) {
                all.put(file.toString(), Files.getLastModifiedTime(file));
            }
        }
        return all;
    }

    @Test
    void refusesADirectoryThatServersRunOn() {
        try (DataDirectory held = DataDirectory.open(directory)) {
            CommandRun run = run();
            assertThat(run.exitCode()).isEqualTo(1);
            assertThat(run.out()).isEmpty();
            assertThat(run.err().lines())
                    .singleElement()
                    .asString()
                    .contains(held.root() + " is in use by process ", "stop that one");
        }
    }

    @Test
    void makesNothingWhereNoLakeIs() throws Exception {
        String complaint = "tallyflow: no embedded lake is kept in " + directory + ": ";
        CommandRun nowhere = run();
        assertThat(nowhere.exitCode()).isEqualTo(1);
        assertThat(nowhere.err().lines()).singleElement().asString().startsWith(complaint);
        assertThat(directory).doesNotExist();
        Files.createDirectory(directory);
        assertThat(run().err()).startsWith(complaint);
        assertThat(directory.resolve("postgres")).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource({
        "--older-than, -1, --older-than -1 is not a number of days",
        "--target-size, 0, --target-size 0 is not 1 to 4096",
        "--target-size, 5000, --target-size 5000 is not 1 to 4096",
        "--lake-properties, /nowhere, --data-dir and --lake-properties both"
    })
    void refusesWhatItDoesNotUnderstand(String option, String value, String message) {
        CommandRun run = run(option, value);
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err().lines()).singleElement().asString().contains(message);
    }

    @Test
    void refusesAnotherCatalogThatOnlyOneProcessMayCommitTo(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("lake.properties");
        Files.writeString(file, "type=jdbc\nuri=jdbc:sqlite:lake.db\njdbc.password=canary\n");
        CommandRun run = CommandRun.of("lake", "compact", "--lake-properties", file.toString());
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err().lines())
                .singleElement()
                .asString()
                .contains(
                        "says type=jdbc: only a catalog of type=rest, or of type=jdbc on Postgres")
                .doesNotContain("canary");
        CommandRun missing =
                CommandRun.of("lake", "compact", "--lake-properties", folder + "/none");
        assertThat(missing.exitCode()).isEqualTo(2);
        assertThat(missing.err().lines()).singleElement().asString().contains("cannot be read");
    }

    @Test
    void compactsALakeInAJdbcCatalogWhileOthersHaveItOpen(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("lake.properties");
        try (DataDirectory held = DataDirectory.open(directory);
                EmbeddedPostgres postgres = EmbeddedPostgres.start(held.postgres(), 0)) {
            createSchema(postgres);
            LakeOptions options = options(postgres, held);
            Files.write(
                    file,
                    options.catalog().entrySet().stream()
                            .map(property -> property.getKey() + "=" + property.getValue())
                            .toList());
            try (SmallLake lake = new SmallLake(options)) {
                commit(lake, 0, BATCHES);
                CommandRun run =
                        CommandRun.of("lake", "compact", "--lake-properties", file.toString());
                assertThat(run.err()).isEmpty();
                assertThat(run.out()).containsPattern("events +2026-02-27 +4 +1 ");
                commit(lake, BATCHES, BATCHES + 1);
                assertThat(rowsByFile(lake.lake())).hasSize(9).contains(40L, 10L);
            }
        }
    }

    @Test
    void compactsALakeBehindARestCatalogWhileOthersHaveItOpen(@TempDir Path folder)
            throws Exception {
        Path warehouse = Files.createDirectory(folder.resolve("warehouse"));
        Path file = folder.resolve("lake.properties");
        try (RestCatalogServer server = new RestCatalogServer(warehouse)) {
            Map<String, String> catalog =
                    Map.of(
                            "type", "rest",
                            "uri", server.address(),
                            "warehouse", warehouse.toUri().toString());
            Files.write(file, catalog.entrySet().stream().map(Object::toString).toList());
            LakeOptions options = LakeOptions.of(catalog, "metering", Duration.ofSeconds(10));
            try (SmallLake lake = new SmallLake(options)) {
                commit(lake, 0, BATCHES);
                CommandRun run =
                        CommandRun.of("lake", "compact", "--lake-properties", file.toString());
                assertThat(run.err()).isEmpty();
                assertThat(run.out()).containsPattern("events +2026-02-27 +4 +1 ");
                commit(lake, BATCHES, BATCHES + 1);
                assertThat(rowsByFile(lake.lake())).hasSize(9).contains(40L, 10L);
            }
        }
        CommandRun gone = CommandRun.of("lake", "compact", "--lake-properties", file.toString());
        assertThat(gone.exitCode()).isEqualTo(1);
        assertThat(gone.err().lines())
                .singleElement()
                .asString()
                .startsWith("tallyflow: the lake's catalog cannot be reached: Connect to ");
    }

    private CommandRun run(String... options) {
        List<String> arguments = new ArrayList<>(List.of("lake", "compact"));
        arguments.addAll(List.of("--data-dir", directory.toString()));
        arguments.addAll(List.of(options));
        return CommandRun.of(arguments.toArray(String[]::new));
    }

    /** Batches of events of three days each; windows have settled until the day after. */
    private void makeLake() throws Exception {
        try (DataDirectory held = DataDirectory.open(directory);
                EmbeddedPostgres postgres = EmbeddedPostgres.start(held.postgres(), 0)) {
            createSchema(postgres);
            try (SmallLake lake = new SmallLake(options(postgres, held))) {
                commit(lake, 0, BATCHES);
            }
        }
    }

    private static void commit(SmallLake lake, int from, int to) throws Exception {
        long settled = FIRST_DAY.plus(Duration.ofDays(3)).toEpochMilli();
        for (int batch = from; batch < to; batch++) {
            lake.commit(settled, events(batch * 30, batch * 30 + 30));
        }
    }

    private static List<LakeRow> events(int from, int to) {
        List<LakeRow> events = new ArrayList<>();
        for (int i = from; i < to; i++) {
            Instant time = FIRST_DAY.plus(Duration.ofDays(i % 3)).plusSeconds(i);
            byte[] data = ("{\"tokens\":" + i + "}").getBytes(StandardCharsets.UTF_8);
            events.add(
                    LakeRow.accepted(
                            anEvent()
                                    .subject("customer-" + i % 7)
                                    .id(Integer.toString(i))
                                    .timeMicros(time.toEpochMilli() * 1_000)
                                    .data(data)
                                    .at(0, i)
                                    .kafkaTimeMillis(time.toEpochMilli())
                                    .build(),
                            7));
        }
        return events;
    }

    private static void createSchema(EmbeddedPostgres postgres) throws SQLException {
        try (Connection connection =
                        DriverManager.getConnection(postgres.jdbcUrl(), postgres.user(), "");
                Statement statement = connection.createStatement()) {
            statement.execute("create schema tallyflow");
        }
    }

    private static LakeOptions options(EmbeddedPostgres postgres, DataDirectory held) {
        return LakeAddress.options(postgres.jdbcUrl(), postgres.user(), null, held.warehouse());
    }

    private List<Long> rowsByFile() throws Exception {
        try (DataDirectory held = DataDirectory.open(directory);
                EmbeddedPostgres postgres = EmbeddedPostgres.start(held.postgres(), 0);
                Lake lake = Lake.open(options(postgres, held))) {
            return rowsByFile(lake);
        }
    }

    /** Of the events, as the catalog has them now. */
    private static List<Long> rowsByFile(Lake lake) throws Exception {
        List<Long> rows = new ArrayList<>();
        lake.table(LakeTable.EVENTS).refresh();
        try (CloseableIterable<FileScanTask> files =
                lake.table(LakeTable.EVENTS).newScan().planFiles()) {
            files.forEach(file -> rows.add(file.file().recordCount()));
        }
        return rows;
    }

    private Path orphan() throws Exception {
        try (Stream<Path> all = Files.walk(directory.resolve("warehouse").toRealPath())) {
            Path file =
                    all.filter(path -> path.toString().endsWith(".parquet"))
                            .findAny()
                            .orElseThrow()
                            .resolveSibling("left.parquet");
            Files.writeString(file, "left by a killed writer");
            FileTime old = FileTime.from(Instant.now().minus(Duration.ofDays(4)));
            return Files.setLastModifiedTime(file, old);
        }
    }

    private int dataFiles() throws Exception {
        try (Stream<Path> all = Files.walk(directory.resolve("warehouse"))) {
            return (int) all.filter(path -> path.toString().endsWith(".parquet")).count();
        }
    }
}
