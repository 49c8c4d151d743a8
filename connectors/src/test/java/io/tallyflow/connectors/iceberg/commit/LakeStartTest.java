package io.tallyflow.connectors.iceberg.commit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallyflow.connectors.iceberg.table.Lake;
import io.tallyflow.connectors.iceberg.table.LakeTable;
import io.tallyflow.connectors.iceberg.write.LakeSchedule;
import io.tallyflow.connectors.refusal.SinkRefusedException;
import io.tallyflow.schemas.commit.CommitName;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.iceberg.Table;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LakeStartTest {

    private static final LakeSchedule EVERY = new LakeSchedule(1);

    @TempDir private Path folder;
    private LakeFixture lake;

    @BeforeEach
    void open() throws IOException {
        lake = new LakeFixture(folder);
    }

    @AfterEach
    void end() {
        lake.close();
    }

    @Test
    void makesNoTablesForAStartThatIsRefused() throws Exception {
        lake.ledger().commit(new CommitName(7, 1), CommitName.NONE, null);
        assertThatThrownBy(() -> new LakeRig(lake, EVERY, 1, null, null))
                .isInstanceOf(SinkRefusedException.class)
                .hasMessageContaining("LEDGER_IN_USE");
        assertThat(lake.tables()).isZero();
    }

    @Test
    void makesThemForOneThatIsNot() throws Exception {
        try (LakeRig rig = new LakeRig(lake, EVERY, 1, null, null)) {
            assertThat(lake.tables()).isEqualTo(LakeTable.values().length);
            rig.write(0, LakeFixture.event(1));
            rig.checkpoint(1);
        }
        assertThat(lake.events()).isEqualTo(List.of(1L));
    }

    @Test
    void makesThemForAStateThatHadNoLake() throws Exception {
        LakeRig.Snapshot state;
        try (LakeRig rig = new LakeRig(lake, EVERY, 1, null, null)) {
            state = rig.checkpoint(1);
        }
        try (LakeFixture other = new LakeFixture(folder.resolve("other"))) {
            try (LakeRig rig = new LakeRig(other, EVERY, 1, state, null)) {
                assertThat(other.tables()).isEqualTo(LakeTable.values().length);
                rig.write(0, LakeFixture.event(2));
            }
        }
    }

    @Test
    void makesNoTableAnewThatHeldBatches() throws Exception {
        LakeRig.Snapshot state;
        try (LakeRig rig = new LakeRig(lake, EVERY, 1, null, null)) {
            rig.write(0, LakeFixture.event(1));
            state = rig.checkpoint(1);
        }
        lake.execute("update iceberg_tables set table_name = 'kept' where table_name = 'usage'");
        Lake tables = Lake.open(lake.options());
        try (tables) {
            LedgerPlaces ledger = new LedgerPlaces(lake.ledger());
            LakeStart start =
                    new LakeStart(tables, ledger, new LakeRule(ledger, "metering", false), null);
            LakeState held = new LakeState(state.commit(), state.commit(), 0, List.of(), List.of());
            assertThatThrownBy(() -> start.check(held))
                    .isInstanceOf(NoSuchTableException.class)
                    .hasMessageContaining("lake table usage was made before batch");
            lake.execute(
                    "update iceberg_tables set table_name = 'usage' where table_name = 'kept'");
            start.check(held);
        }
    }

    @Test
    void refusesTablesThatAreInUse() throws Exception {
        try (LakeRig rig = new LakeRig(lake, EVERY, 1, null, null)) {
            rig.write(0, LakeFixture.event(1));
            rig.checkpoint(1);
        }
        lake.loseLedger();
        assertThatThrownBy(() -> new LakeRig(lake, EVERY, 1, null, null))
                .isInstanceOf(SinkRefusedException.class)
                .hasMessageContaining("LEDGER_IN_USE")
                .hasMessageContaining("lake table usage stands at batch");
    }

    @Test
    void aWriterWaitsForItsTable() throws Exception {
        ExecutorService writer = Executors.newSingleThreadExecutor();
        try (Lake writers = Lake.open(lake.options());
                Lake committers = Lake.open(lake.options())) {
            assertThatThrownBy(() -> writers.whenMade(LakeTable.EVENTS, Duration.ZERO))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("tallyflow.events was not made within PT0S");
            Future<Table> waiting =
                    writer.submit(() -> writers.whenMade(LakeTable.EVENTS, Duration.ofMinutes(1)));
            committers.create();
            assertThat(waiting.get().name()).endsWith("tallyflow.events");
        } finally {
            writer.shutdownNow();
        }
    }
}
