package io.tallyflow.functions.deduplicate;

import io.tallyflow.functions.identities.block.FirstSeen;
import io.tallyflow.schemas.event.Lane;
import io.tallyflow.schemas.event.UsageEvent;
import org.jspecify.annotations.Nullable;

/** Decides from an event and what is remembered of its identity; nothing else, no clock. */
final class LaneDecision {

    private final long rememberedMillis;
    private final HorizonInForce horizon;

    /**
     * @param rules of this start
     * @param horizon as far as memory reaches under them
     */
    LaneDecision(DedupeRules rules, HorizonInForce horizon) {
        this.rememberedMillis = rules.rememberedMillis();
        this.horizon = horizon;
    }

    /**
     * Whether a copy of the event might no longer be recognised, so that it must not count. Of an
     * imported one all copies are known: those accepted before the import to the import, those
     * since to state.
     */
    boolean isStale(UsageEvent event) {
        return !event.isImported() && horizon.isStale(event.timeMicros(), event.kafkaTimeMillis());
    }

    /**
     * Whether the event repeats an earlier one.
     *
     * @return {@link Lane#DUPLICATE}, {@link Lane#CONFLICT}, or null if it is the first
     */
    @Nullable Lane laneOfCopy(UsageEvent event, long contentHash, @Nullable FirstSeen first) {
        if (first == null || isTooFarBack(event, first)) {
            return null;
        }
        return first.contentHash() == contentHash ? Lane.DUPLICATE : Lane.CONFLICT;
    }

    /** What is further back counts as forgotten, whether it is or not. */
    private boolean isTooFarBack(UsageEvent event, FirstSeen first) {
        return !event.isImported()
                && event.kafkaTimeMillis() - first.kafkaTimeMillis() > rememberedMillis;
    }
}
