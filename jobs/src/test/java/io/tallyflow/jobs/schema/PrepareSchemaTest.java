package io.tallyflow.jobs.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

final class PrepareSchemaTest {

    private static final Map<String, String> ENVIRONMENT =
            Map.of("TALLYFLOW_POSTGRES_PASSWORD", "secret");

    @Test
    void takesTheDatabaseFromTheOptionsAndThePasswordFromTheEnvironment() {
        PGSimpleDataSource database =
                read("--postgres.url", "jdbc:postgresql://db:5433/usage", "--postgres.user", "ann");
        assertThat(database.getServerNames()).containsExactly("db");
        assertThat(database.getPortNumbers()).containsExactly(5433);
        assertThat(database.getDatabaseName()).isEqualTo("usage");
        assertThat(database.getUser()).isEqualTo("ann");
        assertThat(database.getPassword()).isEqualTo("secret");
    }

    @Test
    void theUserIsThatOfTheJobUnlessGiven() {
        assertThat(read("--postgres.url", "jdbc:postgresql://db/usage").getUser())
                .isEqualTo("tallyflow");
    }

    @Test
    void namesEveryProblem() {
        assertThatThrownBy(() -> read("--kafka.bootstrap", "kafka:9092", "--postgres.user"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("found --kafka.bootstrap")
                .hasMessageContaining("found --postgres.user")
                .hasMessageContaining("--postgres.url must be a JDBC URL");
    }

    @Test
    void takesNoOptionTwice() {
        assertThatThrownBy(() -> read("--postgres.user", "ann", "--postgres.user", "bob"))
                .hasMessageContaining("--postgres.user is given twice");
    }

    @Test
    void doesNotRepeatWhatMayBeASecret() {
        assertThatThrownBy(
                        () ->
                                read(
                                        "--postgres.url",
                                        "jdbc:postgresql://db/usage?password=canary",
                                        "--postgres.password=canary",
                                        ""))
                .hasMessageContaining("found --postgres.password=")
                .hasMessageContaining("--postgres.url holds a password")
                .hasMessageNotContaining("canary");
    }

    private static PGSimpleDataSource read(String... arguments) {
        return (PGSimpleDataSource) PrepareSchema.database(arguments, ENVIRONMENT);
    }
}
