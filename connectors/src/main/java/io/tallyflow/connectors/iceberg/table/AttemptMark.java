package io.tallyflow.connectors.iceberg.table;

import java.util.UUID;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotUpdate;

/**
 * Tells the snapshot of one attempt from everybody else's, where the answer to its commit was lost.
 * Stands in the summary.
 */
public record AttemptMark(String id) {

    private static final String KEY = "tallyflow.attempt";

    public static AttemptMark fresh() {
        return new AttemptMark(UUID.randomUUID().toString());
    }

    public void writeTo(SnapshotUpdate<?> update) {
        update.set(KEY, id);
    }

    public boolean isOn(Snapshot snapshot) {
        return id.equals(snapshot.summary().get(KEY));
    }

    public boolean isIn(Iterable<Snapshot> snapshots) {
        for (Snapshot snapshot : snapshots) {
            if (isOn(snapshot)) {
                return true;
            }
        }
        return false;
    }
}
