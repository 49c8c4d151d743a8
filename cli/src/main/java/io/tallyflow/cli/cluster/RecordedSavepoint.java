package io.tallyflow.cli.cluster;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A savepoint as it is on record.
 *
 * @param stopped whether the job ended with it
 * @param position of its commit; null if that was not made yet
 * @param abandoned whether a rewind took that commit back
 * @param ledger where the results stand now
 */
public record RecordedSavepoint(
        Savepoint savepoint,
        SavepointFormat format,
        boolean stopped,
        Instant takenAt,
        String takenBy,
        @Nullable LedgerPosition position,
        boolean abandoned,
        LedgerPosition ledger) {}
