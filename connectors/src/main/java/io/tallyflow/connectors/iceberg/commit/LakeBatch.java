package io.tallyflow.connectors.iceberg.commit;

import io.tallyflow.connectors.iceberg.table.LakeFile;
import io.tallyflow.connectors.iceberg.table.LakeTable;
import io.tallyflow.schemas.commit.CommitName;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What all tables of the lake get together: everything up to one checkpoint that the batch before
 * did not hold.
 *
 * @param name of the ledger's commit that the lake then stands for, and of the batch
 * @param previous name of the batch before it; {@link CommitName#NONE} for the first
 * @param start the commit that the state stood for which the job was started from, if the batch is
 *     the first of a start that may rewind: what a table has beyond it goes; null for all others
 * @param settledUntilMillis windows that end here or before are in {@code usage}, and what came
 *     later for them is in {@code adjustments}; {@link Long#MIN_VALUE} if none are
 */
record LakeBatch(
        CommitName name,
        CommitName previous,
        @Nullable CommitName start,
        List<LakeFile> files,
        long settledUntilMillis) {

    /** What a table gets that stands at the batch before. */
    List<LakeFile> filesOf(LakeTable table) {
        return files.stream().filter(file -> file.table().equals(table.tableName())).toList();
    }

    /** What a table gets that has been beyond the start. */
    List<LakeFile> filesSinceStart(LakeTable table) {
        return filesOf(table).stream().filter(file -> !file.beforeStart()).toList();
    }
}
