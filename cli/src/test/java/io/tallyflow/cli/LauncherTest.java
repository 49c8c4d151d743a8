package io.tallyflow.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script at the project's root, on a machine that lacks something. */
final class LauncherTest {

    private static final Path SCRIPT = Path.of("..", "tallyflow").toAbsolutePath().normalize();

    private final Path directory;

    LauncherTest(@TempDir Path directory) {
        this.directory = directory;
    }

    @Test
    void saysInOneLineThatThereIsNoJava() throws Exception {
        assertThat(run(Map.of("PATH", "")))
                .isEqualTo(
                        "1: tallyflow: no Java found: install a JDK 17 or later, or set"
                                + " JAVA_HOME\n");
    }

    @Test
    void saysInOneLineThatJavaHomePointsNowhere() throws Exception {
        assertThat(run(Map.of("PATH", "", "JAVA_HOME", "/nowhere")))
                .isEqualTo(
                        "1: tallyflow: no Java found in JAVA_HOME (/nowhere): install a JDK 17 or"
                                + " later, or set JAVA_HOME\n");
    }

    @Test
    void saysInOneLineThatJavaIsTooOld() throws Exception {
        Path bin = Files.createDirectories(directory.resolve("bin"));
        Path java =
                Files.writeString(
                        bin.resolve("java"),
                        "#!/bin/sh\necho '    java.specification.version = 11' >&2\n");
        assertThat(java.toFile().setExecutable(true)).isTrue();
        assertThat(run(Map.of("PATH", "/usr/bin:/bin", "JAVA_HOME", directory.toString())))
                .isEqualTo("1: tallyflow: Java 11 found, 17 or later is needed: set JAVA_HOME\n");
    }

    @Test
    void buildsOnceWhenTwoStartAtOnce() throws Exception {
        Path home = home();
        Process first = start(home);
        assertThat(firstLine(first)).startsWith("building Tallyflow");
        Process second = start(home);
        String waits = firstLine(second);
        Files.createFile(home.resolve("go"));
        assertThat(waits).isEqualTo("another build of Tallyflow runs: waiting for it");
        assertThat(first.waitFor()).isZero();
        assertThat(second.waitFor()).isZero();
        assertThat(home.resolve("builds")).hasContent("built");
    }

    @Test
    void saysWhichPartOfTheClassPathCannotBeRead() throws Exception {
        Path home = home();
        Files.createFile(home.resolve("go"));
        assertThat(start(home).waitFor()).isZero();
        Files.delete(home.resolve("some.jar"));
        Process again = start(home);
        assertThat(firstLine(again))
                .startsWith("tallyflow: " + home.resolve("some.jar") + " cannot be read")
                .contains("remove " + home.resolve("cli/target/classpath.txt"));
        assertThat(again.waitFor()).isEqualTo(1);
    }

    @Test
    void startsJavaWithoutZoneAndLanguageWhateverItsOptionsSay() throws Exception {
        Path home = home();
        Files.createFile(home.resolve("go"));
        Process process = start(home);
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        String options = said.lines().filter(line -> line.contains("-cp")).findFirst().get();
        assertThat(options.indexOf("-Duser.language= "))
                .isGreaterThan(options.indexOf("-Duser.language=tr"));
        assertThat(options).contains("-Duser.timezone=UTC", "-Duser.country= ");
    }

    @Test
    void readsNamesAsUtf8HoweverManyLocalesThereAre() throws Exception {
        Path home = home();
        Files.createFile(home.resolve("go"));
        program(home.resolve("bin/locale"), "echo C.utf8; exec seq 100000");
        program(home.resolve("bin/java"), javaThatSays("LC_ALL=$LC_ALL"));
        Process process = start(home);
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(said).contains("LC_ALL=C.UTF-8");
        assertThat(process.waitFor()).isZero();
    }

    @Test
    void refusesACloneWhoseNameWouldBeCut() throws Exception {
        Path home = Files.createDirectory(directory.resolve("a:b"));
        makeHome(home);
        assertThat(firstLine(start(home)))
                .isEqualTo(
                        "tallyflow: "
                                + home
                                + " has a ':' in its name, where Java would cut its class path:"
                                + " move this clone");
    }

    private Path home() throws IOException {
        Path home = Files.createDirectory(directory.resolve("home"));
        makeHome(home);
        return home;
    }

    /** A clone with a Java and a Maven that only say what they are asked. */
    private static void makeHome(Path home) throws IOException {
        Files.copy(SCRIPT, home.resolve("tallyflow"));
        program(home.resolve("bin/java"), javaThatSays("$*"));
        program(home.resolve("bin/javac"), "true");
        program(
                home.resolve("bin/mvn"),
                "echo built >>builds; until [ -e go ]; do sleep 0.1; done; mkdir -p"
                        + " cli/target/classes; touch some.jar; printf %s \"$PWD/some.jar\""
                        + " >cli/target/classpath.txt");
        for (String module :
                new String[] {
                    "",
                    "schemas",
                    "functions",
                    "connectors",
                    "jobs",
                    "results",
                    "operations",
                    "local",
                    "cli"
                }) {
            Files.createDirectories(home.resolve(module).resolve("src/main"));
            Files.createFile(home.resolve(module).resolve("pom.xml"));
        }
    }

    private static String javaThatSays(String what) {
        return "case \"$*\" in *-version*) echo '    java.specification.version = 17' >&2;; *) echo \""
                + what
                + "\";; esac";
    }

    private static void program(Path file, String script) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, "#!/bin/sh\n" + script + "\n");
        assertThat(file.toFile().setExecutable(true)).isTrue();
    }

    private static Process start(Path home) throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder("/bin/bash", home.resolve("tallyflow").toString(), "status")
                        .redirectErrorStream(true);
        builder.environment().put("PATH", home.resolve("bin") + ":/usr/bin:/bin");
        builder.environment().put("JAVA_HOME", home.toString());
        builder.environment().put("TALLYFLOW_JAVA_OPTS", "-Duser.language=tr");
        return builder.start();
    }

    private static String firstLine(Process process) throws IOException {
        BufferedReader lines =
                new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        return lines.readLine();
    }

    /** Exit code and everything that was said. */
    private static String run(Map<String, String> environment)
            throws IOException, InterruptedException {
        ProcessBuilder builder =
                new ProcessBuilder("/bin/bash", SCRIPT.toString(), "status")
                        .redirectErrorStream(true);
        builder.environment().clear();
        builder.environment().putAll(environment);
        Process process = builder.start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return process.waitFor() + ": " + said;
    }
}
