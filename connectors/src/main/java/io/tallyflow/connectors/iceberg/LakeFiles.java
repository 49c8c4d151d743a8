package io.tallyflow.connectors.iceberg;

import java.util.List;

/**
 * What one writer hands over at a barrier.
 *
 * @param writer index of the subtask
 * @param writers how many there are
 * @param files closed since its last message
 * @param settledUntilMillis as in {@link io.tallyflow.schemas.lake.LakeRow}; {@link Long#MIN_VALUE}
 *     while the writer knows none
 */
public record LakeFiles(int writer, int writers, List<LakeFile> files, long settledUntilMillis) {}
