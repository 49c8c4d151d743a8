package io.tallyflow.connectors.iceberg;

import io.tallyflow.schemas.commit.CommitName;
import java.util.List;

/**
 * What all tables of the lake get together: everything up to one checkpoint that the batch before
 * did not hold.
 *
 * @param name of the batch; its checkpoint is what the lake then stands for
 * @param previous name of the batch before it; {@link CommitName#NONE} for the first
 * @param settledUntilMillis windows that end here or before are in {@code usage}, and what came
 *     later for them is in {@code adjustments}; {@link Long#MIN_VALUE} if none are
 */
record LakeBatch(
        CommitName name, CommitName previous, List<LakeFile> files, long settledUntilMillis) {

    List<LakeFile> filesOf(LakeTable table) {
        return files.stream().filter(file -> file.table().equals(table.tableName())).toList();
    }
}
