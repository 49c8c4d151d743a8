package io.tallyflow.connectors.postgres;

import io.tallyflow.connectors.postgres.rows.RowsCodec;
import io.tallyflow.schemas.commit.CommitName;
import io.tallyflow.schemas.commit.RewindTarget;
import io.tallyflow.schemas.progress.Progress;
import org.jspecify.annotations.Nullable;

/**
 * A piece of what one checkpoint commits, small enough to travel: the writers fill parts, the
 * gathering operator numbers and names them, the committer applies all parts of a name together.
 *
 * @param name of the commit; {@link CommitName#NONE} until gathered
 * @param previous name of the commit before it; {@link CommitName#NONE} for the first
 * @param number from 0
 * @param count parts of this commit; 0 until gathered
 * @param progress what this part adds to the counts; after gathering only part 0 has any
 * @param rewind for the first commit of a start that rewinds: what the ledger is taken back to in
 *     the same transaction; otherwise null
 * @param rows rows and adjustments as {@link RowsCodec} wrote them
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, never a key
record CommitPart(
        CommitName name,
        CommitName previous,
        int number,
        int count,
        Progress progress,
        @Nullable RewindTarget rewind,
        byte[] rows) {

    /** As a writer makes it. */
    static CommitPart unnamed(Progress progress, byte[] rows) {
        return new CommitPart(CommitName.NONE, CommitName.NONE, 0, 0, progress, null, rows);
    }

    /** As the committer needs it. */
    CommitPart named(
            CommitName newName,
            CommitName newPrevious,
            int newNumber,
            int newCount,
            Progress all,
            @Nullable RewindTarget newRewind) {
        return new CommitPart(newName, newPrevious, newNumber, newCount, all, newRewind, rows);
    }
}
