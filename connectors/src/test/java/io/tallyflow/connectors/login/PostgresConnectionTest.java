package io.tallyflow.connectors.login;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.connectors.login.PostgresConnection.Password;
import io.tallyflow.connectors.login.PostgresConnection.User;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

final class PostgresConnectionTest {

    private static final int USUAL_OF_THE_DRIVER = 5;

    private final PostgresConnection postgres = withPassword("canary");

    @Test
    void logsInAsTheUserWhateverItIsFor() {
        for (PostgresUse use : PostgresUse.values()) {
            PGSimpleDataSource source = source(use);
            assertThat(source.getURL()).startsWith("jdbc:postgresql://h:1/d?");
            assertThat(source.getSslmode()).isEqualTo("require");
            assertThat(source.getUser()).isEqualTo("ann");
            assertThat(source.getPassword()).isEqualTo("canary");
        }
    }

    @Test
    void givesUpForTheJobWhatDoesNotAnswer() {
        PGSimpleDataSource source = source(PostgresUse.JOB);
        assertThat(source.getApplicationName()).isEqualTo("tallyflow");
        assertThat(source.getPrepareThreshold()).isZero();
        assertThat(source.getConnectTimeout()).isEqualTo(10);
        assertThat(source.getSocketTimeout()).isEqualTo(120);
    }

    @Test
    void letsAMigrationTakeItsTime() {
        PGSimpleDataSource source = source(PostgresUse.SCHEMA);
        assertThat(source.getApplicationName()).isEqualTo("tallyflow schema");
        assertThat(source.getPrepareThreshold()).isEqualTo(USUAL_OF_THE_DRIVER);
        assertThat(source.getSocketTimeout()).isZero();
    }

    @Test
    void letsAQuestionTakeItsTimeOnceItIsLetIn() {
        PGSimpleDataSource source = source(PostgresUse.QUESTIONS);
        assertThat(source.getPrepareThreshold()).isZero();
        assertThat(source.getLoginTimeout()).isEqualTo(15);
        assertThat(source.getSocketTimeout()).isZero();
    }

    @Test
    void showsNeitherPasswordNorParameters() {
        assertThat(postgres).hasToString("PostgresConnection[jdbc:postgresql://h:1/d, ann]");
        assertThat(postgres.password()).hasToString("*****");
        assertThat(withPassword("").password()).hasToString("");
        assertThat(withPassword(null).password()).hasToString("");
    }

    private PGSimpleDataSource source(PostgresUse use) {
        return (PGSimpleDataSource) postgres.dataSource(use);
    }

    private static PostgresConnection withPassword(String password) {
        return new PostgresConnection(
                "jdbc:postgresql://h:1/d?sslmode=require", new User("ann"), new Password(password));
    }
}
