package io.tallyflow.connectors.iceberg.table;

import java.util.List;

/**
 * What one writer hands over at a barrier.
 *
 * @param writer index of the subtask
 * @param writers how many there are
 * @param files closed since its last message
 * @param settledUntilMillis as in {@link io.tallyflow.schemas.stream.LakeRow}; {@link
 *     Long#MIN_VALUE} while the writer knows none
 * @param wholeUntil the checkpoint up to which the writer has handed over every row; {@link
 *     #NOT_WHOLE} if files stay open
 */
public record LakeFiles(
        int writer, int writers, List<LakeFile> files, long settledUntilMillis, long wholeUntil) {

    public static final long NOT_WHOLE = -1;

    /** Nothing comes after this. */
    public static final long WHOLE_FOR_EVER = Long.MAX_VALUE;
}
