package io.tallyflow.functions.memory;

import java.io.Serializable;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.configuration.TaskManagerOptions;

/**
 * Heap that one subtask may fill with what it would else ask state for. What has no room goes into
 * state, and costs a look there when it is needed.
 *
 * @param bytes for one subtask; 0 for a share of the heap
 * @param filterBytes beside them, for the filters of older identities; 0 for a share of the heap
 */
public record WorkingMemory(long bytes, long filterBytes) implements Serializable {

    /**
     * Three eighths of the heap, divided by the slots, and two more for the filters of older
     * identities.
     */
    public static final WorkingMemory SHARE_OF_HEAP = new WorkingMemory(0);

    /** With a share of the heap for the filters of older identities. */
    public WorkingMemory(long bytes) {
        this(bytes, 0);
    }

    /** What recent identities may fill, bytes: a third. */
    public long ofIdentities(ReadableConfig taskManager) {
        return ofSubtask(taskManager) / 3;
    }

    /** What open windows may fill, bytes: two thirds. */
    public long ofWindows(ReadableConfig taskManager) {
        return ofSubtask(taskManager) / 3 * 2;
    }

    /**
     * What the filters of older identities may fill, bytes: five eighths of the heap, divided by
     * the slots, less what is set for all else, and not less than one eighth.
     */
    public long ofFilters(ReadableConfig taskManager) {
        if (filterBytes > 0) {
            return filterBytes;
        }
        long eighth = eighthOfSlot(taskManager);
        return Math.max(eighth, 5 * eighth - ofSubtask(taskManager));
    }

    /**
     * @param taskManager the settings of the process that it runs in
     */
    private long ofSubtask(ReadableConfig taskManager) {
        if (bytes > 0) {
            return bytes;
        }
        return 3 * eighthOfSlot(taskManager);
    }

    private static long eighthOfSlot(ReadableConfig taskManager) {
        int slots = Math.max(1, taskManager.get(TaskManagerOptions.NUM_TASK_SLOTS));
        return Runtime.getRuntime().maxMemory() / 8 / slots;
    }
}
