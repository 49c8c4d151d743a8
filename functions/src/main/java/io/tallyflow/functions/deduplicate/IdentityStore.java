package io.tallyflow.functions.deduplicate;

import io.tallyflow.functions.identities.Identities;
import io.tallyflow.functions.identities.IdentityState;
import io.tallyflow.functions.identities.KeyedIdentities;
import java.io.Serializable;
import java.time.Duration;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.state.KeyedStateBackend;

/** Opens what remembers identities, once per subtask. */
@FunctionalInterface
interface IdentityStore extends Serializable {

    /** In memory first, and in state as sorted blocks behind filters. */
    IdentityStore MEMORY_FIRST = IdentityStore::memoryFirst;

    /**
     * Opens it over what a checkpoint holds.
     *
     * @param keys of the subtask
     * @param taskManager its settings, for shares of memory
     */
    Identities open(
            KeyedStateBackend<Integer> backend,
            int[] keys,
            DedupeRules rules,
            Configuration taskManager)
            throws Exception;

    private static Identities memoryFirst(
            KeyedStateBackend<Integer> backend,
            int[] keys,
            DedupeRules rules,
            Configuration taskManager)
            throws Exception {
        Duration kept = rules.timeToLive();
        MapState<Tuple2<Integer, Integer>, byte[]> entries = IdentityState.of(backend, kept);
        return new KeyedIdentities(
                keys,
                rules.memory().ofIdentities(taskManager),
                rules.memory().ofFilters(taskManager),
                key -> new IdentityState(backend, entries, key));
    }
}
