package io.tallyflow.operations.explain;

import org.jspecify.annotations.Nullable;

/**
 * A run that has counted of a window, or counted it again.
 *
 * @param kind as in {@code tallyflow.run}
 * @param requestedBy user of the database
 * @param reason null if nobody said
 * @param shownInCommit number of the last commit before totals included it
 */
public record ExplainedRun(
        long run, String kind, String requestedBy, @Nullable String reason, long shownInCommit) {}
