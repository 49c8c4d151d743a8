package io.tallyflow.functions.deduplicate;

import io.tallyflow.schemas.event.Lane;
import io.tallyflow.schemas.event.UsageEvent;
import org.jspecify.annotations.Nullable;

/** Decides from an event and what is remembered of its identity; nothing else, no clock. */
final class LaneDecision {

    private static final long MICROS_PER_MILLI = 1_000L;

    private final DedupeRules rules;

    LaneDecision(DedupeRules rules) {
        this.rules = rules;
    }

    /**
     * What is remembered of the first event of an identity.
     *
     * @param kafkaTimeMillis its record's Kafka timestamp
     * @param contentHash of its type and data
     */
    record First(long kafkaTimeMillis, long contentHash) {}

    /** Whether a copy of the event might no longer be recognised, so that it must not count. */
    boolean isStale(UsageEvent event) {
        long oldestMillis = event.kafkaTimeMillis() - rules.horizon().toMillis();
        return event.timeMicros() < oldestMillis * MICROS_PER_MILLI;
    }

    /**
     * Whether the event repeats an earlier one.
     *
     * @return {@link Lane#DUPLICATE}, {@link Lane#CONFLICT}, or null if it is the first
     */
    @Nullable Lane repeated(UsageEvent event, long contentHash, @Nullable First first) {
        if (first == null
                || event.kafkaTimeMillis() - first.kafkaTimeMillis() > rules.rememberedMillis()) {
            return null;
        }
        return first.contentHash() == contentHash ? Lane.DUPLICATE : Lane.CONFLICT;
    }
}
