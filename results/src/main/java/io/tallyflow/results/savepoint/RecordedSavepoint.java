package io.tallyflow.results.savepoint;

import io.tallyflow.results.ledger.LedgerPosition;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A savepoint as it is on record.
 *
 * @param before where the results stood when it was begun
 * @param position of its commit; null if that was not made yet
 * @param abandoned whether a rewind took that commit back
 * @param ledger where the results stand now
 */
public record RecordedSavepoint(
        Savepoint savepoint,
        SavepointFormat format,
        Instant takenAt,
        String takenBy,
        LedgerPosition before,
        @Nullable LedgerPosition position,
        boolean abandoned,
        LedgerPosition ledger) {}
