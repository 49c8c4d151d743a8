package io.tallyflow.cli.state;

import io.tallyflow.connectors.postgres.StoredCommit;
import io.tallyflow.schemas.commit.CommitName;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.core.fs.FSDataInputStream;
import org.apache.flink.core.memory.DataInputViewStreamWrapper;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.OperatorBackendSerializationProxy;
import org.apache.flink.runtime.state.OperatorStateHandle;
import org.jspecify.annotations.Nullable;

/**
 * Reads which commit a savepoint stands for, without a job that reads all of it: two words in the
 * state of one operator.
 */
public final class CommitOfState {

    private CommitOfState() {}

    /**
     * The name of the commit; null if it is stored compressed, which needs a job.
     *
     * @param path of the savepoint, as Flink names it
     * @throws StateFailure if its files cannot be read here, or are of another job
     */
    public static @Nullable CommitName in(String path) {
        List<Long> words = new ArrayList<>();
        try {
            for (OperatorSubtaskState subtask :
                    SavedState.at(path).get(PipelineOperator.GATHER_COMMIT).getStates()) {
                for (OperatorStateHandle handle : subtask.getManagedOperatorState()) {
                    if (!addWords(handle, words)) {
                        return null;
                    }
                }
            }
        } catch (IOException e) {
            throw new StateFailure(path + ": the commit that it stands for cannot be read", e);
        }
        return StoredCommit.name(words);
    }

    private static boolean addWords(OperatorStateHandle handle, List<Long> words)
            throws IOException {
        OperatorStateHandle.StateMetaInfo places =
                handle.getStateNameToPartitionOffsets().get(StoredCommit.STATE);
        if (places == null) {
            return true;
        }
        try (FSDataInputStream in = handle.openInputStream()) {
            OperatorBackendSerializationProxy head =
                    new OperatorBackendSerializationProxy(CommitOfState.class.getClassLoader());
            head.read(new DataInputViewStreamWrapper(in));
            if (head.isUsingStateCompression()) {
                return false;
            }
            for (long place : places.getOffsets()) {
                in.seek(place);
                words.add(new DataInputViewStreamWrapper(in).readLong());
            }
        }
        return true;
    }
}
