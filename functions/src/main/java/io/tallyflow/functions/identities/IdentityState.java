package io.tallyflow.functions.identities;

import io.tallyflow.functions.identities.block.IdentityBlocks;
import java.time.Duration;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.StateTtlConfig;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.api.java.typeutils.TupleTypeInfo;
import org.apache.flink.runtime.state.KeyedStateBackend;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;
import org.jspecify.annotations.Nullable;

/** The entries of one key in keyed state, each with a time to live of its own. */
public final class IdentityState implements IdentityBlocks {

    /** Entries between two looks at the clock while RocksDB compacts; it asks Java each time. */
    private static final long COMPACTION_CLOCK_ENTRIES = 1_000L;

    private final KeyedStateBackend<Integer> backend;
    private final MapState<Tuple2<Integer, Integer>, byte[]> entries;
    private final int key;

    public IdentityState(
            KeyedStateBackend<Integer> backend,
            MapState<Tuple2<Integer, Integer>, byte[]> entries,
            int key) {
        this.backend = backend;
        this.entries = entries;
        this.key = key;
    }

    /** The state that the entries of all keys are in. */
    public static MapState<Tuple2<Integer, Integer>, byte[]> of(
            KeyedStateBackend<Integer> backend, Duration timeToLive) throws Exception {
        return of(
                backend,
                StateTtlConfig.newBuilder(timeToLive)
                        .setUpdateType(StateTtlConfig.UpdateType.OnCreateAndWrite)
                        .setStateVisibility(StateTtlConfig.StateVisibility.NeverReturnExpired)
                        .cleanupInRocksdbCompactFilter(COMPACTION_CLOCK_ENTRIES)
                        .build());
    }

    /** The same for who only looks: all entries are there, whatever the clock says. */
    static MapState<Tuple2<Integer, Integer>, byte[]> asStored(KeyedStateBackend<Integer> backend)
            throws Exception {
        // With a time to live, or the bytes of the entries would be read as those of others.
        return of(
                backend,
                StateTtlConfig.newBuilder(Duration.ofMillis(Long.MAX_VALUE))
                        .setUpdateType(StateTtlConfig.UpdateType.OnCreateAndWrite)
                        .disableCleanupInBackground()
                        .build());
    }

    private static MapState<Tuple2<Integer, Integer>, byte[]> of(
            KeyedStateBackend<Integer> backend, StateTtlConfig timeToLive) throws Exception {
        MapStateDescriptor<Tuple2<Integer, Integer>, byte[]> descriptor =
                new MapStateDescriptor<>(
                        "identity-blocks",
                        new TupleTypeInfo<>(Types.INT, Types.INT),
                        PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO);
        descriptor.enableTimeToLive(timeToLive);
        return backend.getPartitionedState(
                VoidNamespace.INSTANCE, VoidNamespaceSerializer.INSTANCE, descriptor);
    }

    @Override
    public byte @Nullable [] get(int run, int block) {
        try {
            backend.setCurrentKey(key);
            return entries.get(Tuple2.of(run, block));
        } catch (Exception e) {
            throw failed("read", run, block, e);
        }
    }

    @Override
    public void put(int run, int block, byte[] bytes) {
        try {
            backend.setCurrentKey(key);
            entries.put(Tuple2.of(run, block), bytes);
        } catch (Exception e) {
            throw failed("write", run, block, e);
        }
    }

    @Override
    public void remove(int run, int block) {
        try {
            backend.setCurrentKey(key);
            entries.remove(Tuple2.of(run, block));
        } catch (Exception e) {
            throw failed("remove", run, block, e);
        }
    }

    private IllegalStateException failed(String what, int run, int block, Exception cause) {
        return new IllegalStateException(
                "state failed to "
                        + what
                        + " identities of key "
                        + key
                        + ", run "
                        + run
                        + ", block "
                        + block,
                cause);
    }
}
