package io.tallyflow.functions.memory;

import java.io.Serializable;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.configuration.TaskManagerOptions;

/**
 * Heap that one subtask may fill with what it would else ask state for. What has no room goes into
 * state, and costs a look there when it is needed.
 *
 * @param bytes for one subtask; 0 for a share of the heap
 */
public record WorkingMemory(long bytes) implements Serializable {

    /** An eighth of the heap for each of the two operators that work so, divided by the slots. */
    public static final WorkingMemory SHARE_OF_HEAP = new WorkingMemory(0);

    private static final int SHARE = 8;

    /**
     * Bytes for one of the two operators of a subtask.
     *
     * @param taskManager the settings of the process that it runs in
     */
    public long ofOperator(ReadableConfig taskManager) {
        if (bytes > 0) {
            return bytes / 2;
        }
        int slots = Math.max(1, taskManager.get(TaskManagerOptions.NUM_TASK_SLOTS));
        return Runtime.getRuntime().maxMemory() / SHARE / slots;
    }
}
