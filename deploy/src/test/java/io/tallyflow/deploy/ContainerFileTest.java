package io.tallyflow.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.flink.configuration.GlobalConfiguration;
import org.junit.jupiter.api.Test;

/** The image's recipe: its instructions, read as a container engine reads them. */
final class ContainerFileTest {

    private static final Set<String> KNOWN =
            Set.of(
                    "ARG",
                    "FROM",
                    "LABEL",
                    "COPY",
                    "RUN",
                    "USER",
                    "EXPOSE",
                    "ENTRYPOINT",
                    "CMD",
                    "ENV",
                    "WORKDIR",
                    "HEALTHCHECK",
                    "VOLUME",
                    "STOPSIGNAL",
                    "SHELL",
                    "ADD");

    /** One instruction, its continued lines joined. */
    private record Instruction(String name, String rest) {

        static Instruction of(String line) {
            String[] parts = line.strip().split("\\s+", 2);
            return new Instruction(parts[0], parts.length == 1 ? "" : parts[1]);
        }

        List<String> words() {
            return Arrays.stream(rest.split("\\s+"))
                    .filter(word -> !word.startsWith("--"))
                    .toList();
        }
    }

    @Test
    void hasNothingButInstructions() {
        assertThat(instructions()).extracting(Instruction::name).isSubsetOf(KNOWN);
        assertThat(named("FROM")).hasSize(1);
        assertThat(instructions())
                .allSatisfy(each -> assertThat(each.rest()).as(each.name()).isNotEmpty());
    }

    @Test
    void standsOnFlinksOwnImageForTheJavaOfTheProject() {
        assertThat(named("FROM").get(0).rest())
                .isEqualTo(
                        "flink:${FLINK_VERSION}-java" + Repository.pom("maven.compiler.release"));
        assertThat(Repository.pom("version.flink")).startsWith("2.1.");
    }

    @Test
    void copiesWhatIsThereOrIsBuilt() {
        List<String> sources =
                named("COPY").stream()
                        .flatMap(copy -> copy.words().stream().limit(copy.words().size() - 1L))
                        .toList();
        assertThat(sources).contains("${JOB_JAR}");
        assertThat(sources)
                .filteredOn(source -> !source.contains("$") && !source.contains("target"))
                .isNotEmpty()
                .allMatch(source -> Files.exists(Repository.ROOT.resolve(source)));
    }

    @Test
    void everyArgumentIsDeclaredAndPassedByTheBuild() {
        String build = Repository.text("deploy/container/build");
        assertThat(named("ARG")).isNotEmpty();
        for (Instruction argument : named("ARG")) {
            assertThat(build).contains("--build-arg " + argument.rest() + "=");
            assertThat(Repository.text("deploy/container/Dockerfile"))
                    .contains("${" + argument.rest() + "}");
        }
    }

    @Test
    void runsAsFlinksUserWithOurEntryPoint() {
        List<Instruction> all = instructions();
        assertThat(named("USER")).extracting(Instruction::rest).containsExactly("flink");
        assertThat(all.indexOf(named("USER").get(0)))
                .isGreaterThan(all.lastIndexOf(named("RUN").get(0)));
        assertThat(named("ENTRYPOINT").get(0).rest()).isEqualTo("[\"/opt/tallyflow/entrypoint\"]");
        assertThat(named("COPY"))
                .extracting(Instruction::rest)
                .anyMatch(
                        rest ->
                                rest.endsWith(
                                        "deploy/container/entrypoint /opt/tallyflow/entrypoint"));
    }

    /** The image's file of settings is replaced, and with it what Java must be told. */
    @Test
    void bringsWhatJavaMustBeToldForFlink() {
        assertThat(
                        GlobalConfiguration.loadConfiguration(
                                        Repository.ROOT.resolve("flink-conf").toString())
                                .toMap())
                .containsEntry(
                        "env.java.opts.all",
                        "-Duser.timezone=UTC -Duser.language= -Duser.country= "
                                + Repository.pom("flink.add.opens"));
    }

    @Test
    void sendsTheEngineOnlyWhatIsCopied() {
        List<String> kept =
                Repository.text("deploy/container/Dockerfile.dockerignore")
                        .lines()
                        .filter(line -> line.startsWith("!"))
                        .map(line -> line.substring(1))
                        .toList();
        assertThat(kept)
                .containsExactlyInAnyOrder(
                        "deploy/container/entrypoint",
                        "flink-conf",
                        "jobs/target/tallyflow-job.jar");
    }

    private static List<Instruction> named(String name) {
        return instructions().stream().filter(each -> each.name().equals(name)).toList();
    }

    private static List<Instruction> instructions() {
        String joined =
                Repository.text("deploy/container/Dockerfile")
                        .replaceAll("(?m)^#.*\n", "")
                        .replaceAll("\\\\\n", " ");
        return Stream.of(joined.split("\n"))
                .filter(line -> !line.isBlank())
                .map(Instruction::of)
                .toList();
    }
}
