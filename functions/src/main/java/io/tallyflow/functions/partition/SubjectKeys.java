package io.tallyflow.functions.partition;

import io.tallyflow.schemas.event.UsageEvent;
import java.util.Arrays;
import org.apache.flink.api.common.TaskInfo;
import org.apache.flink.runtime.state.KeyGroupRange;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.util.MathUtils;

/**
 * The keys of the stream: one for each of Flink's key groups, so that what an operator keeps under
 * a key is what moves together when the job is scaled. A subject has one key, or as many as it has
 * shards; those lie as far apart as they can, so that different workers have them.
 *
 * <p>Part of the contract with every checkpoint: state is found under these keys again. So there is
 * no secret in them, and whoever may choose subjects can choose many of one key. A secret would not
 * hide it: keys are few, and an observer sees which subjects are slow together. What that does is
 * bounded. Under a key, tables are spread by hashes of their own, so that an event costs there what
 * it costs elsewhere; memory has its bound for all keys of a worker; and what one worker does not
 * manage waits in Kafka, as with one subject that has too many events.
 */
public final class SubjectKeys {

    private static final int NO_KEY = -1;

    private final int[] keys;
    private final int shards;

    /**
     * @param maxParallelism how many key groups there are
     * @param shards over how many keys a subject's events are spread, by identity; at most {@code
     *     maxParallelism}
     */
    public SubjectKeys(int maxParallelism, int shards) {
        if (shards < 1 || shards > maxParallelism) {
            throw new IllegalArgumentException(
                    shards + " shards: at least 1 and at most " + maxParallelism + " are possible");
        }
        this.keys = keysOfAllGroups(maxParallelism);
        this.shards = shards;
    }

    /** The key of an event. */
    public int keyOf(UsageEvent event) {
        return keyOf(event.subject(), shards == 1 ? 0 : shardOf(event));
    }

    /** Copies of an event have one identity, so they meet under one key. */
    private int shardOf(UsageEvent event) {
        int identity = 31 * event.source().hashCode() + event.id().hashCode();
        return MathUtils.murmurHash(identity) % shards;
    }

    private int keyOf(String subject, int shard) {
        long spread = (long) keys.length * shard / shards;
        return keys[(int) ((MathUtils.murmurHash(subject.hashCode()) + spread) % keys.length)];
    }

    /** Which shard of the subject has the key; the inverse of {@link #keyOf(UsageEvent)}. */
    public int shardOf(String subject, int key) {
        for (int shard = 0; shard < shards; shard++) {
            if (keyOf(subject, shard) == key) {
                return shard;
            }
        }
        throw new IllegalArgumentException("key " + key + " is none of the subject's");
    }

    /** A key of the subtask's own: an operator takes no element whose key is another's. */
    public static int ownKey(TaskInfo task) {
        return ownKeys(task)[0];
    }

    /** All keys of a subtask. */
    public static int[] ownKeys(TaskInfo task) {
        int groups = task.getMaxNumberOfParallelSubtasks();
        KeyGroupRange own =
                KeyGroupRangeAssignment.computeKeyGroupRangeForOperatorIndex(
                        groups, task.getNumberOfParallelSubtasks(), task.getIndexOfThisSubtask());
        return keysOf(own, groups);
    }

    /**
     * The keys of some key groups.
     *
     * @param groups how many key groups there are in all
     */
    public static int[] keysOf(KeyGroupRange some, int groups) {
        return Arrays.copyOfRange(
                keysOfAllGroups(groups), some.getStartKeyGroup(), some.getEndKeyGroup() + 1);
    }

    /** A key of every group: the smallest natural number that Flink assigns to it. */
    public static int[] keysOfAllGroups(int groups) {
        int[] keys = new int[groups];
        Arrays.fill(keys, NO_KEY);
        int found = 0;
        for (int key = 0; found < groups; key++) {
            int group = KeyGroupRangeAssignment.assignToKeyGroup(key, groups);
            if (keys[group] == NO_KEY) {
                keys[group] = key;
                found++;
            }
        }
        return keys;
    }
}
