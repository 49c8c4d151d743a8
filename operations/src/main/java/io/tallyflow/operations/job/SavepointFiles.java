package io.tallyflow.operations.job;

import io.tallyflow.operations.state.FilesSeen;
import io.tallyflow.operations.state.FlinkFiles;
import io.tallyflow.results.FirstCause;
import io.tallyflow.results.RequestFailedException;
import java.io.IOException;
import java.util.Map;

/** Whether the files of savepoints on record are there, as far as this machine can tell. */
public final class SavepointFiles {

    /** What to do where files were not looked for. */
    static final String NOT_LOOKED_FOR =
            "not looked for, their file system is not known here: FLINK_PLUGINS_DIR names the"
                    + " directory of its plugin, FLINK_CONF_DIR that of its settings";

    /** Takes up the file systems that the environment names. */
    public SavepointFiles(Map<String, String> environment) {
        FlinkFiles.prepare(environment);
    }

    /**
     * Looks for them.
     *
     * @throws RequestFailedException if their file system cannot be asked
     */
    public FilesSeen of(String path) {
        try {
            return FlinkFiles.look(path);
        } catch (IOException e) {
            throw new RequestFailedException(
                    "whether the files of savepoint "
                            + path
                            + " are there cannot be found out: "
                            + FirstCause.of(e),
                    e);
        }
    }
}
