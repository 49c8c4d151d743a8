package io.tallyflow.operations.imports;

import static io.tallyflow.schemas.event.AnEvent.anEvent;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallyflow.connectors.iceberg.table.Lake;
import io.tallyflow.connectors.iceberg.write.SmallLake;
import io.tallyflow.connectors.postgres.LoginUser;
import io.tallyflow.connectors.postgres.PostgresServer;
import io.tallyflow.results.Question;
import io.tallyflow.schemas.commit.CommitName;
import io.tallyflow.schemas.stream.LakeRow;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Asked by a user who may do no more than an operator. */
final class LakeMomentTest {

    private static final ImportListener DEAF = new ImportListener() {};

    @TempDir private Path directory;
    private PostgresServer.Database database;
    private LoginUser operator;
    private SmallLake lake;
    private Connection owner;
    private Connection connection;

    @BeforeEach
    void start() throws Exception {
        database = PostgresServer.migrated();
        operator = new LoginUser(database, "tallyflow_operator");
        lake = new SmallLake(database, directory);
        owner = database.connect();
        connection = operator.dataSource().getConnection();
    }

    @AfterEach
    void stop() throws Exception {
        connection.close();
        owner.close();
        lake.close();
        operator.close();
        database.close();
    }

    @Test
    void isNowWhereNothingWasEverAccepted() throws Exception {
        assertIsNow(look());
        ledger(0, 0);
        assertIsNow(look());
        ledger(3, 0);
        assertIsNow(look());
    }

    @Test
    void isNowWhereTheLakeHoldsAllThatWasAccepted() throws Exception {
        CommitName batch = lake.commit(0, List.of(row("1"), row("2")));
        ledger(0, 2);
        commit(batch, Duration.ofDays(9));
        assertIsNow(look());
        // As many, and perhaps others.
        ledger(1, 2);
        assertThatThrownBy(this::look).hasMessageContaining("stands where the job was at");
    }

    @Test
    void isThatOfTheBatchWhereTheLakeLacksALittle() throws Exception {
        CommitName batch = lake.commit(0, List.of(row("1"), row("2")));
        ledger(0, 3);
        commit(batch, Duration.ofHours(2));
        Instant until = look().knowsUntil();
        assertThat(Duration.between(until, LakeMoment.now(connection)).toMinutes())
                .isBetween(119L, 121L);
    }

    @Test
    void isNoneWhereTheLakeLagsOrNobodyKnowsWhereItStands() throws Exception {
        CommitName batch = lake.commit(0, List.of(row("1"), row("2")));
        ledger(0, 3);
        assertThatThrownBy(this::look)
                .hasMessageContaining("stands at a batch that is no commit", "ask again");
        commit(batch, Duration.ofHours(7));
        assertThatThrownBy(this::look).hasMessageContaining("stands where the job was at");
        Question.run(owner, "update tallyflow.ledger_history set committed_at = now()");
        assertThat(look().view().batch()).isEqualTo(batch);
        Question.run(owner, "update tallyflow.ledger_history set abandoned_in_epoch = 1");
        assertThatThrownBy(this::look).hasMessageContaining("is no commit");
    }

    private static void assertIsNow(LakeMoment moment) {
        assertThat(Duration.between(moment.knowsUntil(), Instant.now()).abs().toMinutes()).isZero();
    }

    private LakeMoment look() throws Exception {
        try (Lake opened = Lake.open(lake.options())) {
            return LakeMoment.await(opened, connection, Duration.ZERO, DEAF);
        }
    }

    private void ledger(long epoch, long accepted) throws Exception {
        Question.run(
                owner,
                """
                insert into tallyflow.ledger (pipeline, epoch, commit, consumed, metered)
                values ('p', ?, 5, ?, ?)
                on conflict (pipeline) do update
                set epoch = excluded.epoch, consumed = excluded.consumed, metered = excluded.metered
                """,
                epoch,
                accepted,
                accepted);
    }

    private void commit(CommitName batch, Duration ago) throws Exception {
        Question.run(
                owner,
                """
                insert into tallyflow.ledger_history (pipeline, epoch, commit, token, checkpoint,
                    prev_token, prev_checkpoint, committed_at, offsets, consumed, metered,
                    unmatched, duplicate, conflict, stale, rejected, readings, adjusted, ignored,
                    reasons)
                values ('p', 0, 5, ?, ?, 0, 0, now() - make_interval(secs => ?), '{}', 2, 2, 0, 0, 0,
                    0, 0, 0, 0, 0, '{}')
                """,
                batch.token(),
                batch.checkpoint(),
                ago.toSeconds());
    }

    private static LakeRow row(String id) {
        return LakeRow.accepted(anEvent().id(id).data("{}").build(), 0);
    }
}
