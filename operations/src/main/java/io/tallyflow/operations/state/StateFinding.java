package io.tallyflow.operations.state;

import io.tallyflow.connectors.iceberg.commit.StoredLake;
import io.tallyflow.connectors.kafka.source.StoredOffset;
import io.tallyflow.functions.aggregate.OpenUsage;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One thing that was found in a savepoint; exactly one part is there. Small, whatever the savepoint
 * holds, because all findings come together in one place.
 *
 * @param identities of one key, how many there are in each hour since the epoch, UTC
 * @param usage what the open windows of one key hold
 * @param horizon of one subtask, milliseconds since the epoch, UTC
 * @param commitWord half of a commit's name, the token first
 * @param offset where reading goes on
 * @param lake what the lake's committer knows
 */
public record StateFinding(
        @Nullable Map<Long, Long> identities,
        @Nullable List<OpenUsage> usage,
        @Nullable Long horizon,
        @Nullable Long commitWord,
        @Nullable StoredOffset offset,
        @Nullable StoredLake lake) {

    static StateFinding identities(Map<Long, Long> perHour) {
        return new StateFinding(perHour, null, null, null, null, null);
    }

    static StateFinding usage(List<OpenUsage> perMeter) {
        return new StateFinding(null, perMeter, null, null, null, null);
    }

    static StateFinding horizon(Long millis) {
        return new StateFinding(null, null, millis, null, null, null);
    }

    static StateFinding commitWord(Long word) {
        return new StateFinding(null, null, null, word, null, null);
    }

    static StateFinding offset(StoredOffset offset) {
        return new StateFinding(null, null, null, null, offset, null);
    }

    static StateFinding lake(StoredLake lake) {
        return new StateFinding(null, null, null, null, null, lake);
    }
}
