package io.tallyflow.jobs.house;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;

import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The rooms of the house, and what does not belong in them. */
@AnalyzeClasses(
        packages = "io.tallyflow",
        importOptions = {ImportOption.DoNotIncludeTests.class})
final class ArchitectureTest {

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
                            "io.tallyflow.jobs..")
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
                    .resideInAnyPackage("io.tallyflow.functions..", "io.tallyflow.jobs..")
                    .because("only jobs knows both a Kafka class and a window function");

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
                    .resideOutsideOfPackage("io.tallyflow.cli..")
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
