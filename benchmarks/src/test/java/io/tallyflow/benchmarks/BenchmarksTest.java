package io.tallyflow.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The command line: what it refuses, and in which words. */
final class BenchmarksTest {

    @Test
    void namesThePrograms() {
        assertThat(refused("--programs", "spark"))
                .contains("there is no program spark: choose from product, product-postgres");
    }

    @ParameterizedTest
    @CsvSource({
        "--events, 0, --events",
        "--rounds, 0, --rounds",
        "--parallelism, 5, --parallelism must be 1 to 4",
        "--meters, 4, --meters must be 1 to 3",
        "--subjects, many, --subjects",
        "--evnts, 5, Unknown option"
    })
    void refusesWhatCannotBeMeasured(String option, String value, String said) {
        assertThat(refused(option, value)).startsWith("benchmarks: ").contains(said);
    }

    @ParameterizedTest
    @CsvSource({
        "--count, 0, --count must be 1 to 2000000",
        "--count, 2000001, --count must be 1 to 2000000",
        "--meters, 4, --meters must be 1 to 3",
        "--parallelism, 5, --parallelism must be 1 to 4"
    })
    void refusesWindowsThatCannotBeOpenAtOnce(String option, String value, String said) {
        assertThat(refused("windows", option, value)).contains(said);
    }

    @ParameterizedTest
    @CsvSource({
        "--count, 0, --count and --events must be above 0",
        "--events, 0, --count and --events must be above 0",
        "--steady, -1, --steady must be 0 or more",
        "--filter-bytes, -1, --filter-bytes must be 0 or more",
        "--parallelism, 5, --parallelism must be 1 to 4"
    })
    void refusesIdentitiesThatCannotBeRemembered(String option, String value, String said) {
        assertThat(refused("identities", option, value)).contains(said);
    }

    @ParameterizedTest
    @CsvSource({
        "--rows, 1, --rows must be 2 or more",
        "--rounds, 0, --rounds and --month 1 or more",
        "--month, 0, --rounds and --month 1 or more",
        "--part, some, --part"
    })
    void refusesRowsThatCannotBeMeasured(String option, String value, String said) {
        assertThat(refused("rows", option, value)).contains(said);
    }

    @ParameterizedTest
    @CsvSource({
        "--rows, 0, --rows and --commits must be above 0",
        "--commits, 0, --rows and --commits must be above 0",
        "--months, 120, --months 1 to 119"
    })
    void refusesRewindsOfNothing(String option, String value, String said) {
        assertThat(refused("rewind", option, value)).contains(said);
    }

    /** What it says on the way to exit code 2. */
    private static String refused(String... arguments) {
        StringWriter said = new StringWriter();
        int exitCode = Benchmarks.commandLine().setErr(new PrintWriter(said)).execute(arguments);
        assertThat(exitCode).isEqualTo(2);
        return said.toString();
    }
}
