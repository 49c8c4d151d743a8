package io.tallyflow.functions.deduplicate;

import io.tallyflow.functions.identities.Identities;
import io.tallyflow.functions.identities.block.FirstSeen;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.StateTtlConfig;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.state.KeyedStateBackend;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;
import org.jspecify.annotations.Nullable;

/**
 * What a store of identities must remember, written plainly: state is asked for every event. Per
 * identity it holds the Kafka time and the content hash of the first event, with a time to live.
 */
final class PlainIdentities implements Identities {

    private final KeyedStateBackend<Integer> backend;
    private final MapState<Tuple2<Long, Long>, Tuple2<Long, Long>> identities;

    private PlainIdentities(
            KeyedStateBackend<Integer> backend,
            MapState<Tuple2<Long, Long>, Tuple2<Long, Long>> identities) {
        this.backend = backend;
        this.identities = identities;
    }

    static Identities open(
            KeyedStateBackend<Integer> backend,
            int[] keys,
            DedupeRules rules,
            Configuration taskManager)
            throws Exception {
        MapStateDescriptor<Tuple2<Long, Long>, Tuple2<Long, Long>> descriptor =
                new MapStateDescriptor<>(
                        "identities",
                        Types.TUPLE(Types.LONG, Types.LONG),
                        Types.TUPLE(Types.LONG, Types.LONG));
        descriptor.enableTimeToLive(
                StateTtlConfig.newBuilder(rules.timeToLive())
                        .setUpdateType(StateTtlConfig.UpdateType.OnCreateAndWrite)
                        .setStateVisibility(StateTtlConfig.StateVisibility.NeverReturnExpired)
                        .build());
        backend.setCurrentKey(keys[0]);
        return new PlainIdentities(
                backend,
                backend.getPartitionedState(
                        VoidNamespace.INSTANCE, VoidNamespaceSerializer.INSTANCE, descriptor));
    }

    @Override
    public @Nullable FirstSeen first(int key, long high, long low) throws Exception {
        backend.setCurrentKey(key);
        Tuple2<Long, Long> remembered = identities.get(Tuple2.of(high, low));
        return remembered == null ? null : new FirstSeen(remembered.f0, remembered.f1);
    }

    @Override
    public void put(int key, long high, long low, long kafkaTimeMillis, long contentHash)
            throws Exception {
        backend.setCurrentKey(key);
        identities.put(Tuple2.of(high, low), Tuple2.of(kafkaTimeMillis, contentHash));
    }

    @Override
    public void tidy(long nowMillis, long forgottenMillis) {
        // Everything is in state.
    }

    @Override
    public void write(long nowMillis, long forgottenMillis) {
        // Everything is in state.
    }

    @Override
    public long bytes() {
        return 0;
    }

    @Override
    public long filterReads() {
        return 0;
    }
}
