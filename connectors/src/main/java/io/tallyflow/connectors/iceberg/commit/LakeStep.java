package io.tallyflow.connectors.iceberg.commit;

import io.tallyflow.connectors.iceberg.table.Position;
import org.jspecify.annotations.Nullable;

/**
 * What a batch means for a table: the one rule by which a start is checked and a batch is put in.
 *
 * <p>It asks for nothing but positions in the ledger's history, and only of batches whose commit
 * counts there. A batch holds everything up to its checkpoint that was not in the one before; so a
 * table that stands later than such a batch has all of it.
 */
enum LakeStep {
    /** The table has it. */
    HELD,
    /** The table stands at the batch before it. */
    FOLLOWS,
    /**
     * The table stands at what the ledger has taken back: it goes back to where the start began
     * from, and gets what came after that.
     */
    TAKE_BACK,
    /** The table was set back, or others write to it. */
    REFUSE;

    /**
     * Decides for one table.
     *
     * @param head what the table stands at
     * @param own where the batch stands
     * @param start where the state stands that the job was started from; null if the batch takes
     *     nothing back
     */
    static LakeStep of(Position head, LakeBatch batch, Position own, @Nullable Position start) {
        if (head.equals(own) || head.isAfter(own)) {
            return HELD;
        } else if (head.commit().equals(batch.previous())) {
            return FOLLOWS;
        } else if (start != null && head.isAfter(start) && head.epoch() < own.epoch()) {
            return TAKE_BACK;
        }
        return REFUSE;
    }
}
