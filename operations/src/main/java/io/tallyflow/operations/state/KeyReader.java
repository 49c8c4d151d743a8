package io.tallyflow.operations.state;

import io.tallyflow.functions.partition.SubjectKeys;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Objects;
import org.apache.flink.api.common.functions.Function;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.runtime.state.AbstractKeyedStateBackend;
import org.apache.flink.runtime.state.KeyedStateBackend;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;
import org.apache.flink.state.api.input.operator.StateReaderOperator;
import org.apache.flink.state.api.runtime.SavepointRuntimeContext;
import org.apache.flink.util.CloseableIterator;
import org.apache.flink.util.Collector;
import org.jspecify.annotations.Nullable;

/**
 * Asks one question of every key of an operator, with all of its keyed state at hand. The readers
 * that the State Processor API has for users see states without a namespace, or one state of
 * Flink's own windows; open windows are several states in a namespace of their own.
 */
final class KeyReader
        extends StateReaderOperator<KeyReader.KeyFunction, Integer, VoidNamespace, StateFinding> {

    private static final long serialVersionUID = 1L;

    private transient @Nullable Answers answers;

    /** What to ask. */
    interface KeyFunction extends Function {
        Answers of(KeyedStateBackend<Integer> state) throws Exception;
    }

    /** What there is under a key. */
    interface Answers {
        StateFinding under(int key) throws Exception;
    }

    KeyReader(KeyFunction function) {
        super(function, Types.INT, VoidNamespaceSerializer.INSTANCE);
    }

    @Override
    public void open() throws Exception {
        super.open();
        answers = function.of(getKeyedStateBackend());
    }

    @Override
    public void processElement(
            Integer key, VoidNamespace namespace, Collector<StateFinding> findings)
            throws Exception {
        // The one who asks takes a key without an answer for the last one.
        findings.collect(Objects.requireNonNull(answers, "open comes first").under(key));
    }

    @Override
    public CloseableIterator<Tuple2<Integer, VoidNamespace>> getKeysAndNamespaces(
            SavepointRuntimeContext context) {
        AbstractKeyedStateBackend<Integer> state =
                (AbstractKeyedStateBackend<Integer>) getKeyedStateBackend();
        Iterator<Tuple2<Integer, VoidNamespace>> keys =
                Arrays.stream(
                                SubjectKeys.keysOf(
                                        state.getKeyGroupRange(), state.getNumberOfKeyGroups()))
                        .mapToObj(key -> Tuple2.of(key, VoidNamespace.INSTANCE))
                        .iterator();
        return CloseableIterator.adapterForIterator(keys);
    }
}
