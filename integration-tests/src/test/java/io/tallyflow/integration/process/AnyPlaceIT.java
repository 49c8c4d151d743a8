package io.tallyflow.integration.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallyflow.integration.lake.LakeReader;
import io.tallyflow.local.embedded.Ports;
import io.tallyflow.results.Question;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code ./tallyflow up} in directories of any name, started by people of other countries. {@code
 * -Dtallyflow.test.names=all} tries each name by itself, which takes minutes.
 */
final class AnyPlaceIT {

    /** Every character that something on the way once took for something else. */
    private static final String EACH = "größe-日本 100% 50%25 x#y q?m it's back\\slash 10:00";

    private static final List<String> ALL =
            List.of(
                    "with space",
                    "100%",
                    "50%25",
                    "x#y",
                    "q?m",
                    "größe-日本",
                    "back\\slash",
                    "2026-01-01T10:00:00",
                    "it's",
                    "-leading",
                    "link");

    private static final List<String> REFUSED =
            List.of("a,b", "quote\"d", "dollar$HOME", "x$(touch PWNED)y", "x`touch PWNED`y");

    private static final boolean ALONE = "all".equals(System.getProperty("tallyflow.test.names"));

    private final HttpClient http = HttpClient.newHttpClient();
    private final int kafka = Ports.free();
    private final int postgres = Ports.free();
    private final int web = Ports.free();

    @TempDir private Path directory;

    private Process up;

    @AfterEach
    void leaveNothingRunning() throws InterruptedException {
        if (up != null && up.isAlive()) {
            up.destroy();
            up.waitFor();
        }
    }

    @Test
    @Timeout(1_800)
    void goesOnWhereItWasInADirectoryOfAnyNameAndLeavesNothingBesideIt() throws Exception {
        Launcher launcher =
                new Launcher(directory.resolve("home jürgen"))
                        .with("TZ", "Asia/Calcutta")
                        .with("LANG", "C")
                        .with("TALLYFLOW_JAVA_OPTS", "-Duser.language=tr -Duser.country=TR");
        List<String> names = ALONE ? ALL : List.of(EACH);
        for (String name : names) {
            Path work = Files.createDirectory(directory.resolve("work-" + names.indexOf(name)));
            if (name.equals("link")) {
                Files.createDirectory(work.resolve("real"));
                Files.createSymbolicLink(work.resolve("link"), Path.of("real"));
            }
            List<String> all = children(work);
            all.remove(name);
            all.add(name);
            startsTwice(launcher, work, name);
            assertThat(children(work)).containsExactlyInAnyOrderElementsOf(all);
            System.out.printf("%-24s ready, 1; ready, 1, duplicate 1, Iceberg 1%n", name);
        }
        if (!ALONE) {
            Path work = directory.resolve("work-0");
            goesOnAsACopy(launcher, work);
            goesOnWhereItWasMovedTo(launcher, work);
        }
    }

    @Test
    void refusesANameThatAServerTakesForSomethingElse() throws Exception {
        Launcher launcher = new Launcher(directory.resolve("home"));
        for (String name : ALONE ? REFUSED : REFUSED.subList(REFUSED.size() - 1, REFUSED.size())) {
            refuses(launcher, name);
        }
    }

    private void startsTwice(Launcher launcher, Path work, String name) throws Exception {
        start(launcher, work, name);
        demandClosedDoors(work.resolve(name));
        send("1");
        awaitCount("metered", 1);
        stop();
        forgetZone(work.resolve(name), "Asia/Calcutta");
        takeOut(work.resolve(name), "users_active");
        start(launcher, work, name);
        assertThat(Files.readString(said())).contains("no longer counted: users_active\n");
        assertThat(Files.readString(work.resolve(name).resolve("logs/tallyflow.log")))
                .contains("no longer counted: users_active");
        send("1");
        awaitCount("duplicate", 1);
        awaitLake(1);
        assertThat(count("metered")).isEqualTo(1);
        demandLake(launcher, work, name, 1);
        stop();
        assertThat(checkpoints(work.resolve(name))).isNotEmpty();
    }

    private void goesOnAsACopy(Launcher launcher, Path work) throws Exception {
        run("cp", "-a", work.resolve(EACH).toString(), work.resolve("copy").toString());
        Map<String, String> original = contents(work.resolve(EACH));
        Map<String, String> copy = contents(work.resolve("copy"));
        for (String command : List.of("up", "lake compact", "servers", "demo")) {
            assertThat(launcher.run(work, (command + " --data-dir copy").split(" ")))
                    .startsWith("1: tallyflow: data directory " + work.resolve("copy"))
                    .contains("was made at " + work.resolve(EACH), "tallyflow relocate --data-dir")
                    .hasLineCount(1);
        }
        assertThat(contents(work.resolve("copy"))).isEqualTo(copy);

        assertThat(launcher.run(work, "relocate", "--data-dir", "copy")).startsWith("0: ");
        start(launcher, work, "copy");
        send("1");
        send("2");
        awaitCount("metered", 2);
        awaitCount("duplicate", 2);
        awaitLake(2);
        demandLake(launcher, work, "copy", 2);
        stop();
        assertThat(launcher.run(work, "lake", "compact", "--data-dir", "copy")).startsWith("0: ");
        assertThat(contents(work.resolve(EACH))).isEqualTo(original);
    }

    private void goesOnWhereItWasMovedTo(Launcher launcher, Path work) throws Exception {
        run("mv", work.resolve(EACH).toString(), work.resolve("moved").toString());
        assertThat(launcher.run(work, "up", "--data-dir", "moved"))
                .startsWith("1: ")
                .contains("was made at " + work.resolve(EACH))
                .hasLineCount(1);
        assertThat(launcher.run(work, "relocate", "--data-dir", "moved")).startsWith("0: ");
        start(launcher, work, "moved");
        send("1");
        awaitCount("duplicate", 2);
        assertThat(count("metered")).isEqualTo(1);
        demandLake(launcher, work, "moved", 1);
        stop();
        assertThat(children(work)).containsExactlyInAnyOrder("copy", "moved");
    }

    /** The lake says where its files really are, to us and to others. */
    private void demandLake(Launcher launcher, Path work, String name, int events)
            throws Exception {
        Path data = work.resolve(name).toRealPath();
        List<String> locations =
                ask("select metadata_location from tallyflow.iceberg_tables order by 1");
        assertThat(locations).hasSize(5).allMatch(l -> l.startsWith("file://" + data + "/"));
        assertThat(inLake()).hasSize(events);
        assertThat(
                        launcher.run(
                                work,
                                "query",
                                "requests_total",
                                "--engine",
                                "iceberg",
                                "--format",
                                "csv",
                                "--data-dir=" + name))
                .startsWith("0: ")
                .containsPattern("(?m)," + events + "$");
    }

    /** The last meter of the file. */
    private static void takeOut(Path data, String slug) throws IOException {
        Path file = data.resolve("meters.yaml");
        Files.writeString(file, Files.readString(file).split("(?m)^  - slug: " + slug)[0]);
    }

    /** As on a system that has dropped the old names of zones. */
    private static void forgetZone(Path data, String zone) throws IOException {
        try (Stream<Path> files = Files.walk(data.toRealPath().resolve("postgres"))) {
            for (Path file : files.filter(f -> f.endsWith("timezone/" + zone)).toList()) {
                Files.delete(file);
            }
        }
    }

    private void refuses(Launcher launcher, String name) throws Exception {
        Path work = Files.createDirectory(directory.resolve("refused"));
        char bad = name.replaceAll("[^,\"$`]", "").charAt(0);
        for (String command : List.of("up", "servers", "demo")) {
            assertThat(launcher.run(work, command, "--data-dir", name))
                    .startsWith("2: tallyflow: the data directory ")
                    .contains("the character " + bad, "--data-dir")
                    .hasLineCount(1);
        }
        assertThat(children(work)).isEmpty();
        Files.delete(work);
        System.out.printf("%-24s refused%n", name);
    }

    /** What other users of the machine, and other pages in a browser, must not reach. */
    private void demandClosedDoors(Path data) throws Exception {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data)))
                .isEqualTo("rwx------");
        for (String password : List.of("", "postgres", "tallyflow")) {
            assertThatThrownBy(() -> connect("postgres", password))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("password");
        }
        Path secret = data.resolve("postgres/data.password");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(secret)))
                .isEqualTo("rw-------");
        String password = Files.readString(secret).strip();
        connect("postgres", password).close();
        assertThat(Files.readString(said())).doesNotContain(password);
        try (Stream<Path> logs = Files.walk(data.resolve("logs"))) {
            for (Path log : logs.filter(Files::isRegularFile).toList()) {
                assertThat(Files.readString(log)).doesNotContain(password);
            }
        }
        HttpResponse<String> answer =
                http.send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + web + "/overview"))
                                .header("Origin", "http://evil")
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("access-control-allow-origin").orElse(""))
                .isNotEqualTo("*")
                .doesNotContain("evil");
    }

    private void start(Launcher launcher, Path work, String name) throws Exception {
        up =
                launcher.start(
                        work,
                        said(),
                        List.of(
                                "up",
                                "--data-dir=" + name,
                                "--kafka-port",
                                Integer.toString(kafka),
                                "--postgres-port",
                                Integer.toString(postgres),
                                "--web-port",
                                Integer.toString(web)));
        while (!Files.readString(said()).contains("\nready")) {
            if (up.waitFor(100, TimeUnit.MILLISECONDS)) {
                throw new AssertionError(name + ": " + Files.readString(said()));
            }
        }
        assertThat(Files.readString(said())).doesNotContain("ERROR", "WARN");
    }

    private void stop() throws Exception {
        up.destroy();
        assertThat(up.waitFor()).isZero();
    }

    private Path said() {
        return directory.resolve("said");
    }

    private void send(String id) throws Exception {
        Map<String, Object> settings =
                Map.of("bootstrap.servers", "127.0.0.1:" + kafka, "acks", "all");
        try (KafkaProducer<String, String> producer =
                new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
            producer.send(
                            new ProducerRecord<>(
                                    "usage.events",
                                    "customer",
                                    """
                                    {"specversion":"1.0","type":"prompt","source":"test",\
                                    "subject":"customer","id":"%s","time":"%s","data":{}}\
                                    """
                                            .formatted(id, TIME)))
                    .get();
        }
    }

    private static final Instant TIME = Instant.now().minusSeconds(3_600);

    private void awaitCount(String lane, long count) throws Exception {
        while (count(lane) < count) {
            assertThat(up.waitFor(100, TimeUnit.MILLISECONDS)).as("ended").isFalse();
        }
        assertThat(count(lane)).isEqualTo(count);
    }

    private long count(String lane) throws SQLException {
        return Long.parseLong(ask("select " + lane + " from tallyflow.progress").get(0));
    }

    /** A batch may come that lacks what was sent last. */
    private void awaitLake(int events) throws Exception {
        while (inLake().size() < events) {
            assertThat(up.waitFor(100, TimeUnit.MILLISECONDS)).as("ended").isFalse();
        }
    }

    /** DuckDB takes the locations of metadata, manifests and data as they are. */
    private List<Map<String, Object>> inLake() throws Exception {
        try (Connection catalog = connect("tallyflow", "")) {
            catalog.setSchema("tallyflow");
            try (LakeReader reader = LakeReader.ofCatalog(catalog)) {
                return reader.query("select id from events");
            }
        }
    }

    private List<String> ask(String question) throws SQLException {
        try (Connection connection = connect("tallyflow", "")) {
            return new Question<>(question, row -> row.getString(1)).all(connection);
        }
    }

    private Connection connect(String user, String password) throws SQLException {
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:" + postgres + "/tallyflow?socketTimeout=20",
                user,
                password);
    }

    private static List<Path> checkpoints(Path data) throws IOException {
        try (Stream<Path> files = Files.walk(data.resolve("flink/checkpoints"))) {
            return files.filter(file -> file.endsWith("_metadata")).toList();
        }
    }

    private static List<String> children(Path work) throws IOException {
        try (Stream<Path> files = Files.list(work)) {
            return new ArrayList<>(files.map(file -> file.getFileName().toString()).toList());
        }
    }

    /** Every file with its length and time of change; of files that matter also what is in them. */
    private static Map<String, String> contents(Path root) throws IOException {
        Map<String, String> all = new TreeMap<>();
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                all.put(
                        root.relativize(file).toString(),
                        Files.size(file) + " " + Files.getLastModifiedTime(file));
            }
        }
        return all;
    }

    private static void run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).inheritIO().start();
        assertThat(process.waitFor()).isZero();
    }
}
