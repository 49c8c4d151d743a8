package io.tallyflow.local.truth;

import java.math.BigDecimal;
import java.util.Map;

/**
 * What a reader of the Iceberg tables finds, as of one of their commits. Compared with the truth of
 * the whole run, so it must be taken once the lake stands for all of it.
 */
public interface SeenInLake {

    /** Rows of {@code events}: accepted, metered and unmatched together. */
    long accepted();

    /** Rows of {@code stale_events}. */
    long stale();

    /**
     * The value of every meter, subject, group and window that counted something. Numbers may have
     * any scale; the group text is the canonical one of {@link WrittenJson}.
     */
    Map<TruthCell, BigDecimal> values();
}
