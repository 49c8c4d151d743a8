package io.tallyflow.functions.definitions;

import io.tallyflow.schemas.meter.Definitions;
import io.tallyflow.schemas.meter.PackedDefinitions;
import java.util.List;
import org.apache.flink.api.common.TaskInfo;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeutils.base.array.BytePrimitiveArraySerializer;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.jspecify.annotations.Nullable;

/**
 * The definitions that one subtask counts by: the newest of those that the job's graph brings, that
 * state holds and that came down the stream. They are in force before the first record is read,
 * also after a failure, when the graph is older than what came since.
 *
 * <p>One reader sends them to every key on one channel each, so at every barrier that is aligned
 * all subtasks have the same, and one of them writes them. Confined to the operator's thread.
 */
public final class DefinitionsInForce {

    /** Name of the union state. */
    public static final String STATE = "definitions";

    private final ListState<byte[]> state;
    private final boolean writes;
    private PackedDefinitions packed;
    private @Nullable Definitions unpacked;

    private DefinitionsInForce(ListState<byte[]> state, boolean writes, Definitions ofGraph) {
        this.state = state;
        this.writes = writes;
        this.packed = PackedDefinitions.of(ofGraph);
        this.unpacked = ofGraph;
    }

    /**
     * As of a start.
     *
     * @param task which of the operator's subtasks it is
     */
    public static DefinitionsInForce at(
            StateInitializationContext start, TaskInfo task, Definitions ofGraph) throws Exception {
        ListState<byte[]> state =
                start.getOperatorStateStore()
                        .getUnionListState(
                                new ListStateDescriptor<>(
                                        STATE, BytePrimitiveArraySerializer.INSTANCE));
        DefinitionsInForce inForce =
                new DefinitionsInForce(state, task.getIndexOfThisSubtask() == 0, ofGraph);
        if (start.isRestored()) {
            for (byte[] stored : state.get()) {
                inForce.take(PackedDefinitions.ofBytes(stored));
            }
        }
        return inForce;
    }

    /** Puts definitions in force; false if they are not newer than what is. */
    public boolean take(PackedDefinitions asked) {
        if (asked.request() <= packed.request()) {
            return false;
        }
        packed = asked;
        unpacked = null;
        return true;
    }

    /** Number of the newest request. */
    public long request() {
        return packed.request();
    }

    /** What is counted. */
    public Definitions definitions() {
        Definitions current = unpacked;
        if (current == null) {
            current = packed.unpack();
            unpacked = current;
        }
        return current;
    }

    /** Writes them to state, for a snapshot. */
    public void snapshot() throws Exception {
        state.update(writes ? List.of(packed.toBytes()) : List.of());
    }
}
