package io.tallyflow.connectors.iceberg.commit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallyflow.connectors.iceberg.table.Lake;
import io.tallyflow.connectors.iceberg.table.LakeTable;
import io.tallyflow.connectors.iceberg.table.Lineage;
import io.tallyflow.connectors.iceberg.table.Position;
import io.tallyflow.connectors.iceberg.write.LakeSchedule;
import io.tallyflow.connectors.refusal.SinkRefusedException;
import io.tallyflow.schemas.commit.CommitName;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tables that another job, with a ledger of its own, may have written. */
final class LakeRuleTest {

    private static final LakeSchedule EVERY = new LakeSchedule(1);
    private static final Position EARLIER = new Position(new CommitName(77, 1), 0);
    private static final LakeBatch BATCH =
            new LakeBatch(EARLIER.commit(), CommitName.NONE, null, List.of(), 0);

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
    void takesNoBatchOfAnotherLedgerForALaterOneOfItsOwn() throws Exception {
        try (LakeRig one = new LakeRig(lake, EVERY, 1, null, null)) {
            lake.loseLedger();
            try (LakeRig two = new LakeRig(lake, EVERY, 1, null, null)) {
                for (int number = 1; number <= 3; number++) {
                    one.write(0, LakeFixture.event(number));
                    one.checkpoint(number);
                }
                two.write(0, LakeFixture.event(4));
                assertThatThrownBy(() -> two.checkpoint(2))
                        .isInstanceOf(SinkRefusedException.class)
                        .hasMessageContaining("SINK_REGRESSED")
                        .hasMessageContaining(lake.head().commit() + " of epoch 0")
                        .hasMessageContaining("of pipeline metering");
            }
        }
        assertThat(lake.events()).isEqualTo(List.of(1L, 2L, 3L));
    }

    @Test
    void takesAnEarlierBatchForHeldOnlyWhereTheTableIsItsOwn() throws Exception {
        Lineage table = written();
        assertThat(step(rule(lake.ledger(), "metering", false), table)).isEqualTo(LakeStep.HELD);
        assertThat(step(rule(lake.ledger(), "other", false), table)).isEqualTo(LakeStep.REFUSE);
        MemoryLedger other = new MemoryLedger();
        assertThat(step(rule(other, "metering", false), table)).isEqualTo(LakeStep.REFUSE);
        // The ledger was set back, and table and ledger are to go back together.
        assertThat(step(rule(other, "metering", true), table)).isEqualTo(LakeStep.HELD);
    }

    @Test
    void takesBackOnlyWhatIsItsOwn() throws Exception {
        Lineage table = written();
        LakeRule own = rule(lake.ledger(), "metering", true);
        assertThat(own.mayTakeBack(table, EARLIER)).isTrue();
        assertThat(own.mayTakeBack(table, Position.NONE)).isTrue();
        assertThat(own.mayTakeBack(table, null)).isFalse();
        LakeRule other = rule(lake.ledger(), "other", true);
        assertThat(other.mayTakeBack(table, EARLIER)).isFalse();
        LakeRule setBack = rule(new MemoryLedger(), "metering", true);
        assertThat(setBack.mayTakeBack(table, EARLIER)).isTrue();
        assertThat(setBack.mayTakeBack(table, Position.NONE)).isFalse();
        assertThat(setBack.mayTakeBack(Lineage.of(List.of()), Position.NONE)).isTrue();
    }

    @Test
    void refusesToTakeBackABatchOfAnotherPipeline() throws Exception {
        Lineage table = written();
        Position own = new Position(new CommitName(78, 2), 1);
        LakeBatch rewound =
                new LakeBatch(own.commit(), EARLIER.commit(), EARLIER.commit(), List.of(), 0);
        assertThat(
                        rule(lake.ledger(), "metering", true)
                                .step(table, at(table), rewound, own, EARLIER))
                .isEqualTo(LakeStep.TAKE_BACK);
        assertThat(rule(lake.ledger(), "other", true).step(table, at(table), rewound, own, EARLIER))
                .isEqualTo(LakeStep.REFUSE);
    }

    /** Three batches of pipeline metering. */
    private Lineage written() throws Exception {
        try (LakeRig rig = new LakeRig(lake, EVERY, 1, null, null)) {
            for (int number = 1; number <= 3; number++) {
                rig.write(0, LakeFixture.event(number));
                rig.checkpoint(number);
            }
        }
        try (Lake tables = Lake.open(lake.options())) {
            return Lineage.of(tables.table(LakeTable.EVENTS));
        }
    }

    private static LakeRule rule(MemoryLedger ledger, String pipeline, boolean mayRewind) {
        return new LakeRule(new LedgerPlaces(ledger), pipeline, mayRewind);
    }

    private static LakeStep step(LakeRule rule, Lineage table) throws IOException {
        return rule.step(table, at(table), BATCH, EARLIER, null);
    }

    private static Position at(Lineage table) {
        return table.head().position();
    }
}
