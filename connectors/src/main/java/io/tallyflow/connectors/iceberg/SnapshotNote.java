package io.tallyflow.connectors.iceberg;

import io.tallyflow.schemas.commit.CommitName;
import java.util.Map;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotUpdate;
import org.jspecify.annotations.Nullable;

/**
 * What the stream notes in the summary of each of its snapshots. The keys are a public contract.
 *
 * @param commit name of the batch that the table stands at
 * @param previous name of the batch before; for a rewind, of the batch that it went back from
 * @param epoch counts rewinds
 * @param settledUntilMillis as in {@link LakeBatch}
 * @param rewind whether this snapshot took later batches back
 */
record SnapshotNote(
        CommitName commit,
        CommitName previous,
        long epoch,
        long settledUntilMillis,
        boolean rewind) {

    private static final String COMMIT = "tallyflow.commit";
    private static final String PREVIOUS = "tallyflow.previous";
    private static final String CHECKPOINT = "tallyflow.checkpoint";
    private static final String EPOCH = "tallyflow.epoch";
    private static final String SETTLED_UNTIL = "tallyflow.settled-until-ms";
    private static final String REWIND = "tallyflow.rewind";
    private static final String PIPELINE = "tallyflow.pipeline";

    /** What a table without any batch stands at. */
    static final SnapshotNote NONE =
            new SnapshotNote(CommitName.NONE, CommitName.NONE, 0, Long.MIN_VALUE, false);

    /** The note of a snapshot, or null if somebody else made it. */
    static @Nullable SnapshotNote of(Snapshot snapshot) {
        Map<String, String> summary = snapshot.summary();
        String commit = summary.get(COMMIT);
        if (commit == null) {
            return null;
        }
        return new SnapshotNote(
                CommitName.parse(commit),
                CommitName.parse(summary.getOrDefault(PREVIOUS, CommitName.NONE.toString())),
                Long.parseLong(summary.getOrDefault(EPOCH, "0")),
                Long.parseLong(summary.getOrDefault(SETTLED_UNTIL, Long.toString(Long.MIN_VALUE))),
                Boolean.parseBoolean(summary.getOrDefault(REWIND, "false")));
    }

    void writeTo(SnapshotUpdate<?> update, String pipeline) {
        update.set(COMMIT, commit.toString());
        update.set(PREVIOUS, previous.toString());
        update.set(CHECKPOINT, Long.toString(commit.checkpoint()));
        update.set(EPOCH, Long.toString(epoch));
        update.set(SETTLED_UNTIL, Long.toString(settledUntilMillis));
        update.set(PIPELINE, pipeline);
        if (rewind) {
            update.set(REWIND, "true");
        }
    }
}
