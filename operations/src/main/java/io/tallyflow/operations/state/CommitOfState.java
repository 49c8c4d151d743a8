package io.tallyflow.operations.state;

import io.tallyflow.connectors.postgres.StoredCommit;
import io.tallyflow.results.RequestFailedException;
import io.tallyflow.schemas.commit.CommitName;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.ExecutionConfig;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.core.fs.CloseableRegistry;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.DefaultOperatorStateBackendBuilder;
import org.apache.flink.runtime.state.OperatorStateBackend;
import org.apache.flink.runtime.state.OperatorStateHandle;

/**
 * Reads which commit a savepoint stands for, without a job that reads all of it: two words in the
 * state of one operator.
 */
public final class CommitOfState {

    private CommitOfState() {}

    /**
     * The name of the commit.
     *
     * @param path of the savepoint, as Flink names it
     * @throws RequestFailedException if its files cannot be read here, or are of another job
     */
    public static CommitName in(String path) {
        List<OperatorStateHandle> handles = new ArrayList<>();
        for (OperatorSubtaskState subtask :
                SavedState.at(path).get(PipelineOperator.GATHER_COMMIT).getStates()) {
            handles.addAll(subtask.getManagedOperatorState());
        }
        try (CloseableRegistry files = new CloseableRegistry();
                OperatorStateBackend backend =
                        new DefaultOperatorStateBackendBuilder(
                                        CommitOfState.class.getClassLoader(),
                                        new ExecutionConfig(),
                                        /* asynchronousSnapshots= */ false,
                                        handles,
                                        files)
                                .build()) {
            return StoredCommit.name(
                    backend.getListState(
                                    new ListStateDescriptor<>(
                                            StoredCommit.STATE, LongSerializer.INSTANCE))
                            .get());
        } catch (Exception e) {
            throw new RequestFailedException(
                    path + ": the commit that it stands for cannot be read", e);
        }
    }
}
