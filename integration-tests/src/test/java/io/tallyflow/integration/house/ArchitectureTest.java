package io.tallyflow.integration.house;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.equivalentTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.tallyflow.cli.Tallyflow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The rooms of the house, and what does not belong in them. */
@AnalyzeClasses(
        packages = "io.tallyflow",
        importOptions = {
            ImportOption.DoNotIncludeTests.class,
            ArchitectureTest.NoJarsOfTests.class
        })
final class ArchitectureTest {

    /** What a build has packed of the tests of other modules. */
    static final class NoJarsOfTests implements ImportOption {

        @Override
        public boolean includes(Location location) {
            return !location.contains("-tests.jar");
        }
    }

    /** In its order. */
    private static final String[] FLOW = {
        "io.tallyflow.functions.parse..",
        "io.tallyflow.functions.deduplicate..",
        "io.tallyflow.functions.meter..",
        "io.tallyflow.functions.aggregate.."
    };

    private static final Path ROOT = Path.of("..");
    private static final int MOST_FILES = 30;

    @Test
    void noRoomHoldsMoreThanCanBeTakenInAtAGlance() throws IOException {
        Map<Path, Long> rooms = rooms();
        assertThat(rooms.keySet())
                .as("rooms that were looked into")
                .anyMatch(room -> room.endsWith("io/tallyflow/cli"))
                .anyMatch(room -> room.endsWith("io/tallyflow/integration/house"));
        assertThat(rooms)
                .allSatisfy((room, files) -> assertThat(files).isLessThanOrEqualTo(MOST_FILES));
    }

    private static Map<Path, Long> rooms() throws IOException {
        Map<Path, Long> rooms = new TreeMap<>();
        try (Stream<Path> modules = Files.list(ROOT)) {
            for (Path module : modules.toList()) {
                for (Path sources :
                        List.of(module.resolve("src/main/java"), module.resolve("src/test/java"))) {
                    if (Files.isDirectory(sources)) {
                        count(sources, rooms);
                    }
                }
            }
        }
        return rooms;
    }

    private static void count(Path sources, Map<Path, Long> rooms) throws IOException {
        try (Stream<Path> files = Files.walk(sources)) {
            files.filter(file -> file.toString().endsWith(".java"))
                    .forEach(file -> rooms.merge(file.getParent(), 1L, Long::sum));
        }
    }

    @Test
    void testsOfTheWholeImportNoCommandEither() {
        THE_LAUNCHER_IS_ALL_OF_THE_COMMAND_LINE_THAT_OTHERS_SEE.check(
                new ClassFileImporter().importPackages("io.tallyflow.integration"));
    }

    @ArchTest
    static final ArchRule SCHEMAS_KNOW_NO_ENGINE =
            noClasses()
                    .that()
                    .resideInAPackage("io.tallyflow.schemas..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(
                            "org.apache..",
                            "io.tallyflow.functions..",
                            "io.tallyflow.connectors..",
                            "io.tallyflow.jobs..",
                            "io.tallyflow.results..",
                            "io.tallyflow.operations..",
                            "io.tallyflow.local..",
                            "io.tallyflow.cli..")
                    .because("words mean the same in every engine");

    @ArchTest
    static final ArchRule FUNCTIONS_KNOW_NO_ENDS =
            noClasses()
                    .that()
                    .resideInAPackage("io.tallyflow.functions..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(
                            "io.tallyflow.connectors..",
                            "io.tallyflow.jobs..",
                            "org.apache.kafka..",
                            "java.sql..")
                    .because("an operator does not care where its events come from");

    @ArchTest
    static final ArchRule ENDS_KNOW_NO_FUNCTIONS =
            noClasses()
                    .that()
                    .resideInAPackage("io.tallyflow.connectors..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(
                            "io.tallyflow.functions..",
                            "io.tallyflow.jobs..",
                            "io.tallyflow.results..",
                            "io.tallyflow.operations..",
                            "io.tallyflow.local..",
                            "io.tallyflow.cli..")
                    .because("only jobs knows both a Kafka class and a window function");

    @ArchTest
    static final ArchRule JOBS_KNOW_NOBODY_WHO_RUNS_THEM =
            noClasses()
                    .that()
                    .resideInAPackage("io.tallyflow.jobs..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(
                            "io.tallyflow.results..",
                            "io.tallyflow.operations..",
                            "io.tallyflow.local..",
                            "io.tallyflow.cli..")
                    .because("a cluster runs nothing but the job");

    @ArchTest
    static final ArchRule RESULTS_KNOW_NO_ENGINE_AND_NO_TERMINAL =
            noClasses()
                    .that()
                    .resideInAPackage("io.tallyflow.results..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(
                            "org.apache.flink..",
                            "picocli..",
                            "io.tallyflow.jobs..",
                            "io.tallyflow.operations..",
                            "io.tallyflow.local..",
                            "io.tallyflow.cli..")
                    .because("whoever reads results runs no job");

    @ArchTest
    static final ArchRule OPERATIONS_START_NO_SERVERS =
            noClasses()
                    .that()
                    .resideInAPackage("io.tallyflow.operations..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage("picocli..", "io.tallyflow.local..", "io.tallyflow.cli..")
                    .because("they are for commands and for the network alike");

    @ArchTest
    static final ArchRule LOCAL_SERVERS_KNOW_NO_TERMINAL =
            noClasses()
                    .that()
                    .resideInAPackage("io.tallyflow.local..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage("picocli..", "io.tallyflow.cli..")
                    .because("tests and benchmarks run on them too");

    @ArchTest
    static final ArchRule THE_LAUNCHER_IS_ALL_OF_THE_COMMAND_LINE_THAT_OTHERS_SEE =
            noClasses()
                    .that()
                    .resideOutsideOfPackage("io.tallyflow.cli..")
                    .should()
                    .dependOnClassesThat(
                            resideInAPackage("io.tallyflow.cli..")
                                    .and(not(equivalentTo(Tallyflow.class))))
                    .because("a command is no library");

    @ArchTest
    static final ArchRule STORES_AND_TOOLS_KNOW_NO_ROOM_OF_THE_FLOW =
            noClasses()
                    .that()
                    .resideInAPackage("io.tallyflow.functions..")
                    .and()
                    .resideOutsideOfPackages(FLOW)
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(FLOW)
                    .because("the flow uses them, in its order");

    @ArchTest
    static final ArchRule ROOMS_OF_THE_FLOW_MEET_IN_JOBS =
            slices().matching("io.tallyflow.functions.(parse|deduplicate|meter|aggregate)..")
                    .should()
                    .notDependOnEachOther()
                    .because("each is one step, and the pipeline says in which order");

    @ArchTest
    static final ArchRule ENDS_DO_NOT_KNOW_EACH_OTHER =
            slices().matching("io.tallyflow.connectors.(kafka|postgres|iceberg)..")
                    .should()
                    .notDependOnEachOther()
                    .because("a new one touches one room");

    @ArchTest
    static final ArchRule NO_ROOM_LEADS_BACK_INTO_ITSELF =
            slices().matching("io.tallyflow.(**)")
                    .should()
                    .beFreeOfCycles()
                    .because("whoever reads a room needs to know only those below it");

    @ArchTest
    static final ArchRule NO_ROOM_FOR_ODDS_AND_ENDS =
            noClasses()
                    .should()
                    .haveSimpleNameContaining("Util")
                    .orShould()
                    .haveSimpleNameContaining("Helper")
                    .orShould()
                    .haveSimpleNameContaining("Manager")
                    .orShould()
                    .haveSimpleNameEndingWith("Impl")
                    .because("a name says what a class is for");

    @ArchTest
    static final ArchRule NO_WALL_CLOCK_IN_DECISIONS =
            noClasses()
                    .that()
                    .resideInAnyPackage("io.tallyflow.schemas..", "io.tallyflow.functions..")
                    .should()
                    .callMethod(System.class, "currentTimeMillis")
                    .orShould()
                    .callMethod(System.class, "nanoTime")
                    .orShould()
                    .callMethod(java.time.Instant.class, "now")
                    .because("a replay must decide the same");

    @ArchTest
    static final ArchRule NO_PRINTING =
            noClasses()
                    .that()
                    .resideOutsideOfPackages("io.tallyflow.cli..", "io.tallyflow.benchmarks..")
                    .should()
                    .accessField(System.class, "out")
                    .orShould()
                    .accessField(System.class, "err")
                    .because("libraries log");

    @ArchTest
    static final ArchRule NO_FLOATING_POINT =
            noFields()
                    .that()
                    .areDeclaredInClassesThat()
                    .resideInAnyPackage(
                            "io.tallyflow.schemas..",
                            "io.tallyflow.functions..",
                            "io.tallyflow.connectors..")
                    .should()
                    .haveRawType(double.class)
                    .orShould()
                    .haveRawType(float.class)
                    .because("money hangs on quantities");

    @ArchTest
    static final ArchRule NO_MUTABLE_STATICS =
            fields().that()
                    .areStatic()
                    .should()
                    .beFinal()
                    .because("two jobs may run in one process");

    @ArchTest
    static final ArchRule OPERATORS_HOLD_NOTHING_BY_ACCIDENT =
            fields().that()
                    .areDeclaredInClassesThat()
                    .areAssignableTo(
                            org.apache.flink.streaming.api.operators.AbstractStreamOperator.class)
                    .and()
                    .areNotFinal()
                    .should()
                    .haveModifier(JavaModifier.TRANSIENT)
                    .because("what an operator keeps between records is state or set in open");

    @ArchTest
    static final ArchRule OPERATORS_ARE_FINAL =
            classes()
                    .that()
                    .areAssignableTo(
                            org.apache.flink.streaming.api.operators.AbstractStreamOperator.class)
                    .and()
                    .doNotHaveModifier(JavaModifier.ABSTRACT)
                    .should()
                    .haveModifier(JavaModifier.FINAL)
                    .because("nobody builds on an operator's inside");
}
