package io.tallyflow.operations.explain;

import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * What has changed a window since it settled: all adjustments of one reason.
 *
 * @param reason as in {@code tallyflow.adjustment}
 * @param readings added, or taken away
 * @param sum of them; null where they have no number
 * @param firstCommit number of the first commit that did
 * @param lastCommit number of the last
 */
public record ExplainedChange(
        String reason,
        long readings,
        @Nullable BigDecimal sum,
        long firstCommit,
        long lastCommit) {}
