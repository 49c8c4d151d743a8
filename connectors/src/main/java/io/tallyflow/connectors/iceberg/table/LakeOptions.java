package io.tallyflow.connectors.iceberg.table;

import java.io.Serializable;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * Where the lake is and how it is written.
 *
 * @param catalog properties of the Iceberg catalog, {@code type}, {@code uri} and {@code warehouse}
 *     among them; may hold secrets and is never printed
 * @param pipeline written into every snapshot
 * @param logBytes compressed bytes of a file's log after which the file is closed at the next
 *     barrier instead of being kept open until the commit
 * @param patience how long a catalog that does not answer is waited for before the task fails
 */
public record LakeOptions(
        HashMap<String, String> catalog, String pipeline, int logBytes, Duration patience)
        implements Serializable {

    /** 8 MiB: some 85,000 events. */
    public static final int LOG_BYTES = 8 * 1024 * 1024;

    /** With the usual limits. */
    public static LakeOptions of(Map<String, String> catalog, String pipeline, Duration patience) {
        return new LakeOptions(new HashMap<>(catalog), pipeline, LOG_BYTES, patience);
    }

    @Override
    public String toString() {
        return "LakeOptions[" + catalog.get("type") + ", " + catalog.get("warehouse") + "]";
    }
}
