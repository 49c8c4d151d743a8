package io.tallyflow.operations.state;

import java.io.IOException;
import java.util.Set;
import java.util.TreeSet;
import org.apache.flink.core.fs.FSDataInputStream;
import org.apache.flink.core.memory.DataInputViewStreamWrapper;
import org.apache.flink.runtime.checkpoint.OperatorState;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.IncrementalRemoteKeyedStateHandle;
import org.apache.flink.runtime.state.KeyGroupsStateHandle;
import org.apache.flink.runtime.state.KeyedBackendSerializationProxy;
import org.apache.flink.runtime.state.KeyedStateHandle;
import org.apache.flink.runtime.state.OperatorStateHandle;
import org.apache.flink.runtime.state.StreamStateHandle;
import org.apache.flink.runtime.state.metainfo.StateMetaInfoSnapshot;
import org.jspecify.annotations.Nullable;

/** The names of states as a savepoint has them, whether or not this program knows them. */
final class StateNames {

    private StateNames() {}

    /** All of an operator, sorted. */
    static Set<String> of(OperatorState operator) throws IOException {
        Set<String> names = new TreeSet<>();
        for (OperatorSubtaskState subtask : operator.getStates()) {
            for (OperatorStateHandle handle : subtask.getManagedOperatorState()) {
                names.addAll(handle.getStateNameToPartitionOffsets().keySet());
            }
            for (KeyedStateHandle handle : subtask.getManagedKeyedState()) {
                addKeyed(handle, names);
            }
        }
        return names;
    }

    /** The states of one snapshot stand at its head, or in a file of their own. */
    private static void addKeyed(KeyedStateHandle handle, Set<String> names) throws IOException {
        StreamStateHandle head = head(handle);
        if (head == null) {
            return;
        }
        try (FSDataInputStream in = head.openInputStream()) {
            KeyedBackendSerializationProxy<Object> meta =
                    new KeyedBackendSerializationProxy<>(StateNames.class.getClassLoader());
            meta.read(new DataInputViewStreamWrapper(in));
            for (StateMetaInfoSnapshot state : meta.getStateMetaInfoSnapshots()) {
                names.add(state.getName());
            }
        }
    }

    private static @Nullable StreamStateHandle head(KeyedStateHandle handle) {
        if (handle instanceof KeyGroupsStateHandle canonical) {
            return canonical;
        } else if (handle instanceof IncrementalRemoteKeyedStateHandle files) {
            return files.getMetaDataStateHandle();
        }
        return null;
    }
}
