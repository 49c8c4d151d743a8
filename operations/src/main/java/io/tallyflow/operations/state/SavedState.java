package io.tallyflow.operations.state;

import io.tallyflow.results.RequestFailedException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.flink.core.fs.UnsupportedFileSystemSchemeException;
import org.apache.flink.runtime.checkpoint.OperatorState;
import org.apache.flink.runtime.checkpoint.metadata.CheckpointMetadata;
import org.apache.flink.state.api.runtime.SavepointLoader;
import org.apache.flink.util.ExceptionUtils;

/** The table of contents of a savepoint or a retained checkpoint of the metering job. */
final class SavedState {

    private final String path;
    private final CheckpointMetadata contents;

    private SavedState(String path, CheckpointMetadata contents) {
        this.path = path;
        this.contents = contents;
    }

    /**
     * Reads it.
     *
     * @param path directory, or URI of one on a file system that Flink reads
     * @throws RequestFailedException if there is none, it is damaged, or of another job
     */
    static SavedState at(String path) {
        FlinkFiles.openAround(path);
        SavedState state = new SavedState(path, contents(path));
        List<PipelineOperator> missing =
                Stream.of(
                                PipelineOperator.READ,
                                PipelineOperator.DEDUPLICATE,
                                PipelineOperator.AGGREGATE,
                                PipelineOperator.GATHER_COMMIT)
                        .filter(needed -> state.find(needed).isEmpty())
                        .toList();
        if (!missing.isEmpty()) {
            throw new RequestFailedException(
                    path
                            + " is of another job: it has no state of "
                            + String.join(
                                    ", ", missing.stream().map(PipelineOperator::uid).toList()));
        }
        return state;
    }

    private static CheckpointMetadata contents(String path) {
        try {
            return SavepointLoader.loadSavepointMetadata(path);
        } catch (FileNotFoundException e) {
            throw new RequestFailedException(
                    path
                            + " is no savepoint: give the directory that has _metadata in it; after"
                            + " a checkpoint was replaced by newer ones it is gone",
                    e);
        } catch (IOException | RuntimeException e) {
            if (ExceptionUtils.findThrowable(e, UnsupportedFileSystemSchemeException.class)
                    .isPresent()) {
                throw new RequestFailedException(
                        path
                                + " is on a file system that is not known here: FLINK_PLUGINS_DIR"
                                + " names the directory of its plugin, FLINK_CONF_DIR that of its"
                                + " settings",
                        e);
            }
            throw new RequestFailedException(
                    path + ": its _metadata cannot be read, it may be damaged: " + e.getMessage(),
                    e);
        }
    }

    String path() {
        return path;
    }

    /** Flink's number of the checkpoint that it is. */
    long checkpoint() {
        return contents.getCheckpointId();
    }

    /** All operators, those that this version does not know included. */
    List<OperatorState> operators() {
        return List.copyOf(contents.getOperatorStates());
    }

    Optional<OperatorState> find(PipelineOperator operator) {
        return contents.getOperatorStates().stream()
                .filter(state -> state.getOperatorID().equals(operator.id()))
                .findFirst();
    }

    OperatorState get(PipelineOperator operator) {
        return find(operator)
                .orElseThrow(() -> new IllegalStateException("no state of " + operator.uid()));
    }
}
