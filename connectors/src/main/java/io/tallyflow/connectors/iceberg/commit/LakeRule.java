package io.tallyflow.connectors.iceberg.commit;

import io.tallyflow.connectors.iceberg.table.LakeTable;
import io.tallyflow.connectors.iceberg.table.Lineage;
import io.tallyflow.connectors.iceberg.table.Position;
import io.tallyflow.connectors.iceberg.table.SnapshotNote;
import io.tallyflow.connectors.refusal.SinkRefusedException;
import io.tallyflow.connectors.refusal.SinkRefusedException.Refusal;
import io.tallyflow.schemas.commit.CommitName;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * {@link LakeStep} for tables that may not be this job's. Its positions compare only what one
 * ledger has made; where two jobs with ledgers of their own name the same tables, numbers say
 * nothing.
 *
 * @param pipeline of this job
 * @param mayRewind whether this start may go back: then the ledger may have been set back, too, so
 *     far that it knows nothing of what the tables still tell
 */
record LakeRule(LedgerPlaces ledger, String pipeline, boolean mayRewind) {

    /**
     * Decides for one table.
     *
     * @param lineage of the table
     * @param at what it stands at; later than its head if batches are thought of as put in
     * @throws IOException if the ledger does not answer
     */
    LakeStep step(
            Lineage lineage, Position at, LakeBatch batch, Position own, @Nullable Position start)
            throws IOException {
        LakeStep step = LakeStep.of(at, batch, own, start);
        boolean allowed =
                switch (step) {
                    case HELD -> at.equals(own) || isLater(lineage, at);
                    case TAKE_BACK -> mayTakeBack(lineage, start);
                    case FOLLOWS, REFUSE -> true;
                };
        return allowed ? step : LakeStep.REFUSE;
    }

    private boolean isLater(Lineage lineage, Position at) throws IOException {
        return !at.equals(lineage.head().position())
                || isOfPipeline(lineage) && (mayRewind || isOfLedger(lineage));
    }

    /**
     * Whether a table may go back to where a start began. From before the first commit everything
     * in it would go, whosever it is.
     *
     * @throws IOException if the ledger does not answer
     */
    boolean mayTakeBack(Lineage lineage, @Nullable Position start) throws IOException {
        return isOfPipeline(lineage)
                && start != null
                && (!start.equals(Position.NONE) || isOfLedger(lineage));
    }

    private boolean isOfPipeline(Lineage lineage) {
        String maker = lineage.pipeline();
        return maker == null || maker.equals(pipeline);
    }

    private boolean isOfLedger(Lineage lineage) throws IOException {
        for (CommitName batch : lineage.starts()) {
            if (ledger.knowsStartOf(batch)) {
                return true;
            }
        }
        return lineage.starts().isEmpty();
    }

    /** For a batch that does not follow what a table stands at. */
    static SinkRefusedException regressed(
            CommitName batch, CommitName previous, LakeTable name, Lineage lineage) {
        SnapshotNote head = lineage.head();
        String maker = lineage.pipeline();
        return new SinkRefusedException(
                Refusal.SINK_REGRESSED,
                "batch "
                        + batch
                        + " follows "
                        + previous
                        + ", but lake table "
                        + name.tableName()
                        + " stands at "
                        + head.commit()
                        + " of epoch "
                        + head.epoch()
                        + (maker == null ? "" : " of pipeline " + maker)
                        + ". Another job writes to this lake, or the table was set back, or this"
                        + " job was started from an older state. Nothing was written. Stop the"
                        + " other job, or start from the newest checkpoint, or rewind.");
    }
}
