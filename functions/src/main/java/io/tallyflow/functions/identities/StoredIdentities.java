package io.tallyflow.functions.identities;

import io.tallyflow.functions.identities.block.IdentityBatch;
import io.tallyflow.functions.identities.block.IdentityBlocks;
import io.tallyflow.functions.identities.block.IdentityHead;
import io.tallyflow.functions.identities.block.IdentityOrder;
import io.tallyflow.functions.identities.run.IdentityRun;
import io.tallyflow.functions.identities.run.RunHeader;
import io.tallyflow.functions.identities.run.RunList;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.runtime.state.KeyedStateBackend;

/**
 * Counts the identities that a checkpoint holds, those that have outlived their time but were not
 * cleared yet included. Changes nothing, and holds in memory those of one key at a time.
 */
public final class StoredIdentities {

    private static final long HOUR_MILLIS = Duration.ofHours(1).toMillis();
    private static final int ROOM_AT_FIRST = 1_024;

    private final KeyedStateBackend<Integer> backend;
    private final MapState<Tuple2<Integer, Integer>, byte[]> entries;

    /** Those in the keyed state of the operator that deduplicates. */
    public StoredIdentities(KeyedStateBackend<Integer> backend) throws Exception {
        this.backend = backend;
        this.entries = IdentityState.asStored(backend);
    }

    /**
     * How many identities there are under a key, by the hour of the Kafka time of their first
     * event.
     *
     * @return whole hours since the epoch, UTC, with how many each has
     * @throws IllegalStateException if an entry is of a version that is not known, or damaged
     */
    public Map<Long, Long> perHour(int key) {
        return perHour(new IdentityState(backend, entries, key));
    }

    static Map<Long, Long> perHour(IdentityBlocks blocks) {
        IdentityHead head = IdentityHead.read(blocks);
        IdentityBatch all = new IdentityBatch(ROOM_AT_FIRST);
        for (RunHeader header : RunList.read(blocks)) {
            new IdentityRun(header).forEach(header.range(), blocks, all);
        }
        new IdentityLog(blocks, 1, head).forEach(all);
        return perHour(all);
    }

    /** An identity that counted again is there as often; what was put last has the latest time. */
    private static Map<Long, Long> perHour(IdentityBatch all) {
        Map<Long, Long> counts = new HashMap<>();
        int[] order = IdentityOrder.of(all);
        long latest = Long.MIN_VALUE;
        for (int i = 0; i < order.length; i++) {
            latest = Math.max(latest, all.kafkaTimeMillis(order[i]));
            if (i + 1 == order.length || !all.same(order[i], order[i + 1])) {
                counts.merge(Math.floorDiv(latest, HOUR_MILLIS), 1L, Long::sum);
                latest = Long.MIN_VALUE;
            }
        }
        return counts;
    }
}
