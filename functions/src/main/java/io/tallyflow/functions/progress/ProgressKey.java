package io.tallyflow.functions.progress;

import io.tallyflow.schemas.progress.Progress;
import io.tallyflow.schemas.stream.EventOrProgress;
import org.apache.flink.api.common.TaskInfo;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;

/**
 * Finds a sender number whose key belongs to the subtask itself. Operators behind the shuffle share
 * its keys, and a keyed operator takes no element whose key is another subtask's.
 */
public final class ProgressKey {

    private ProgressKey() {}

    /** The smallest such number. */
    public static int senderOf(TaskInfo task) {
        int sender = 0;
        while (subtaskOf(sender, task) != task.getIndexOfThisSubtask()) {
            sender++;
        }
        return sender;
    }

    private static int subtaskOf(int sender, TaskInfo task) {
        return KeyGroupRangeAssignment.assignKeyToParallelOperator(
                EventOrProgress.of(Progress.NONE, sender).key(),
                task.getMaxNumberOfParallelSubtasks(),
                task.getNumberOfParallelSubtasks());
    }
}
