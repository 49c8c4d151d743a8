package io.tallyflow.cli.servers;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallyflow.connectors.postgres.PostgresServer;
import io.tallyflow.results.PostgresAddress;
import io.tallyflow.results.RequestFailedException;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class FirstCommitTest {

    private static final Duration LONG = Duration.ofMinutes(1);

    private PostgresServer.Database database;
    private PostgresAddress postgres;

    @BeforeEach
    void open() {
        database = PostgresServer.migrated();
        postgres = new PostgresAddress(database.url(), database.user(), null);
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void isThereOnceTheLedgerHasMoved() throws SQLException {
        FirstCommit onNothing = FirstCommit.following(postgres);
        execute(
                """
                insert into tallyflow.ledger (pipeline, commit, token, checkpoint, committed_at)
                values ('metering', 1, 7, 3, now())
                """);
        FirstCommit onOne = FirstCommit.following(postgres);
        CompletableFuture<Void> running = new CompletableFuture<>();
        assertThatCode(() -> onNothing.await(LONG, running)).doesNotThrowAnyException();
        assertThatThrownBy(() -> onOne.await(Duration.ZERO, running))
                .isInstanceOf(RequestFailedException.class)
                .hasMessage("the job has committed nothing after 0 s");
        execute("update tallyflow.ledger set commit = 2, checkpoint = 4");
        assertThatCode(() -> onOne.await(LONG, running)).doesNotThrowAnyException();
    }

    @Test
    void aRewindMovesTheLedgerToo() throws SQLException {
        execute(
                """
                insert into tallyflow.ledger (pipeline, commit, token, checkpoint, committed_at)
                values ('metering', 5, 7, 3, now())
                """);
        FirstCommit first = FirstCommit.following(postgres);
        execute("update tallyflow.ledger set commit = 5, epoch = 1, token = 8");
        assertThatCode(() -> first.await(LONG, new CompletableFuture<>()))
                .doesNotThrowAnyException();
    }

    @Test
    void isNotWaitedForWhenTheJobHasEnded() {
        FirstCommit first = FirstCommit.following(postgres);
        assertThatThrownBy(() -> first.await(LONG, CompletableFuture.completedFuture(null)))
                .isInstanceOf(RequestFailedException.class)
                .hasMessage("the job ended before its first commit");
        assertThatThrownBy(
                        () ->
                                first.await(
                                        LONG,
                                        CompletableFuture.failedFuture(
                                                new IOException("no such topic"))))
                .isInstanceOf(RequestFailedException.class)
                .hasMessage("the job failed: no such topic");
    }

    @Test
    void isAskedForAgainWhenPostgresCouldNotBeAsked() throws SQLException {
        FirstCommit first = FirstCommit.following(postgres);
        execute("alter schema tallyflow rename to away");
        assertThatThrownBy(() -> first.await(Duration.ZERO, new CompletableFuture<>()))
                .isInstanceOf(RequestFailedException.class)
                .hasMessageStartingWith(
                        "the job has committed nothing after 0 s: Postgres cannot be asked: ")
                .hasMessageContaining("tallyflow.progress");
        CompletableFuture<Void> comesBack =
                new CompletableFuture<>() {
                    @Override
                    public Void get(long timeout, TimeUnit unit) throws TimeoutException {
                        try {
                            execute("alter schema away rename to tallyflow");
                            execute(
                                    """
                                    insert into tallyflow.ledger
                                        (pipeline, commit, token, checkpoint, committed_at)
                                    values ('metering', 1, 7, 3, now())
                                    """);
                        } catch (SQLException e) {
                            throw new AssertionError(e);
                        }
                        throw new TimeoutException();
                    }
                };
        assertThatCode(() -> first.await(LONG, comesBack)).doesNotThrowAnyException();
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = database.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
