package io.tallyflow.connectors.iceberg;

import static io.tallyflow.connectors.iceberg.upkeep.CompactedLake.FEBRUARY_27;
import static io.tallyflow.connectors.iceberg.upkeep.CompactedLake.FEBRUARY_28;
import static io.tallyflow.connectors.iceberg.upkeep.CompactedLake.numbers;
import static io.tallyflow.connectors.iceberg.upkeep.CompactedLake.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallyflow.connectors.iceberg.RestCatalogServer.Answer;
import io.tallyflow.connectors.iceberg.commit.LakeFixture;
import io.tallyflow.connectors.iceberg.commit.LakeRig;
import io.tallyflow.connectors.iceberg.commit.LakeRig.Snapshot;
import io.tallyflow.connectors.iceberg.table.LakeTable;
import io.tallyflow.connectors.iceberg.upkeep.CompactedLake;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The lake through a REST catalog. */
@Timeout(120)
final class RestLakeTest {

    @TempDir private Path folder;
    private RestCatalogServer server;
    private LakeFixture lake;
    private CompactedLake days;
    private volatile boolean finished;

    @BeforeEach
    void start() throws Exception {
        server = new RestCatalogServer(folder);
        lake = new LakeFixture(folder, server);
        days = new CompactedLake(lake, folder);
    }

    @AfterEach
    void stop() throws Exception {
        lake.close();
        server.close();
    }

    @Test
    void holdsEveryRowOnceOverRestarts() throws Exception {
        days.demandEveryRowOnceOverRestarts();
    }

    @ParameterizedTest
    @EnumSource(Answer.class)
    void holdsEveryRowOnceWhateverIsHeardOfACommit(Answer answer) throws Exception {
        try (LakeRig rig = days.rig(null)) {
            for (int commit = 0; commit < LakeTable.values().length; commit++) {
                Answer[] answers = new Answer[commit + 1];
                Arrays.fill(answers, Answer.TRUE);
                answers[commit] = answer;
                server.answerNext(answers);
                write(rig, commit * 10L, commit * 10L + 10);
                rig.checkpoint(commit + 1);
            }
        }
        assertThat(server.hasAnswered()).isTrue();
        assertThat(lake.events()).isEqualTo(numbers(50));
        for (LakeTable table : LakeTable.values()) {
            assertThat(lake.head(table).commit().checkpoint()).isEqualTo(5);
        }
    }

    @Test
    void letsExactlyOneOfTwoTwinsGoOn() throws Exception {
        Snapshot first;
        try (LakeRig rig = days.rig(null)) {
            write(rig, 0, 30);
            first = rig.checkpoint(1);
        }
        try (LakeRig one = days.rig(first);
                LakeRig twin = days.rig(first)) {
            write(one, 30, 60);
            write(twin, 30, 60);
            one.checkpoint(2);
            assertThatThrownBy(() -> twin.checkpoint(2)).hasMessageContaining("SINK_REGRESSED");
            write(one, 60, 90);
            one.checkpoint(3);
        }
        assertThat(lake.events()).isEqualTo(numbers(90));
    }

    @Test
    void keepsEveryRowOnceWhileACompactionRunsBesideTheStream() throws Exception {
        int batches = 12;
        try (LakeRig rig = days.rig(null)) {
            write(rig, 0, 30);
            rig.checkpoint(1);
            CompletableFuture<Integer> compactions =
                    CompletableFuture.supplyAsync(this::compactUntilTheLastBatch);
            for (int batch = 2; batch <= batches; batch++) {
                write(rig, (batch - 1) * 30L, batch * 30L);
                rig.checkpoint(batch);
                if (compactions.isDone()) {
                    compactions.join();
                }
            }
            finished = true;
            assertThat(compactions.join()).isPositive();
        }
        assertThat(lake.events()).isEqualTo(numbers(batches * 30L));
        days.compactAll();
        assertThat(lake.events()).isEqualTo(numbers(batches * 30L));
        assertThat(days.filesByDay(LakeTable.EVENTS))
                .containsEntry(FEBRUARY_27, 1)
                .containsEntry(FEBRUARY_28, 1);
    }

    private int compactUntilTheLastBatch() {
        int done = 0;
        try {
            while (!finished) {
                done += days.compactAll().size();
            }
        } catch (Exception e) {
            throw new CompletionException(e);
        }
        return done;
    }

    @ParameterizedTest
    @EnumSource(Answer.class)
    void compactsOnceWhateverIsHeardOfTheCommit(Answer answer) throws Exception {
        try (LakeRig rig = days.rig(null)) {
            for (int batch = 1; batch <= 3; batch++) {
                write(rig, (batch - 1) * 30L, batch * 30L);
                rig.checkpoint(batch);
            }
            server.answerNext(answer);
            assertThat(days.compact(FEBRUARY_28)).isNotNull();
            assertThat(server.hasAnswered()).isTrue();
            write(rig, 90, 120);
            rig.checkpoint(4);
        }
        assertThat(lake.events()).isEqualTo(numbers(120));
        assertThat(days.filesByDay(LakeTable.EVENTS)).containsEntry(FEBRUARY_28, 2);
    }
}
