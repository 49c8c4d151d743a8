package io.tallyflow.connectors.iceberg;

import java.util.UUID;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotUpdate;

/**
 * Tells the snapshot of one attempt from everybody else's, where the answer to its commit was lost.
 * Stands in the summary.
 */
record AttemptMark(String id) {

    private static final String KEY = "tallyflow.attempt";

    static AttemptMark fresh() {
        return new AttemptMark(UUID.randomUUID().toString());
    }

    void writeTo(SnapshotUpdate<?> update) {
        update.set(KEY, id);
    }

    boolean isOn(Snapshot snapshot) {
        return id.equals(snapshot.summary().get(KEY));
    }

    boolean isIn(Iterable<Snapshot> snapshots) {
        for (Snapshot snapshot : snapshots) {
            if (isOn(snapshot)) {
                return true;
            }
        }
        return false;
    }
}
