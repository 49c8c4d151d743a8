package io.tallyflow.connectors.iceberg.commit;

import io.tallyflow.schemas.commit.CommitName;
import java.io.IOException;

/**
 * What a checkpoint holds of the lake's committer.
 *
 * @param batch name of the last batch that was made; {@link CommitName#NONE} before the first
 * @param settledUntilMillis windows that end here or before had settled for the committer,
 *     milliseconds since the epoch, UTC; {@link Long#MIN_VALUE} if none had
 * @param waitingFiles closed files that no batch has yet
 * @param pendingBatches batches that may not be in the tables yet
 */
public record StoredLake(
        CommitName batch, long settledUntilMillis, int waitingFiles, int pendingBatches) {

    /** Name of the list state, which has one element. */
    public static final String STATE = "lake";

    /** Of the operator that has it, within the sink that makes the ledger's commits. */
    public static final String UID = "lake";

    /**
     * The uid of the operator that has it.
     *
     * @param sinkUid of the sink that makes the ledger's commits
     */
    public static String uid(String sinkUid) {
        // As Flink makes it of a sink's own operators.
        return sinkUid + ": " + UID;
    }

    /**
     * Reads the element.
     *
     * @throws IOException if its version is not known
     */
    public static StoredLake of(byte[] stored) throws IOException {
        LakeState state = LakeState.fromBytes(stored);
        return new StoredLake(
                state.previous(),
                state.settledUntilMillis(),
                state.held().size(),
                state.pending().size());
    }
}
