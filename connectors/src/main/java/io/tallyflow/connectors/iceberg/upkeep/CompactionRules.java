package io.tallyflow.connectors.iceberg.upkeep;

/**
 * What a compaction takes on.
 *
 * @param olderThanDays full days that lie between a day and the day until which windows have
 *     settled; 0 or more
 * @param targetBytes of a file; one that has at least half of that is left alone. At least 2
 */
public record CompactionRules(int olderThanDays, long targetBytes) {

    /** Says what is out of range. */
    public CompactionRules {
        if (olderThanDays < 0) {
            throw new IllegalArgumentException("older than " + olderThanDays + " days");
        }
        if (targetBytes < 2) {
            throw new IllegalArgumentException("files of " + targetBytes + " bytes");
        }
    }
}
