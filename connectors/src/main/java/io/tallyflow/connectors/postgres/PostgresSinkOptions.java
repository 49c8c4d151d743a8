package io.tallyflow.connectors.postgres;

import io.tallyflow.schemas.commit.RewindTarget;
import java.io.Serializable;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How the Postgres sink behaves.
 *
 * @param pipeline the ledger's row
 * @param rewindTo null unless this start may rewind
 * @param stateKept how old the last commit may be when a job starts from state; zero switches the
 *     check off
 * @param patience how long an unreachable or overloaded Postgres is waited for before the task
 *     fails and is restarted
 * @param partBytes uncompressed bytes of rows in one committable
 */
public record PostgresSinkOptions(
        String pipeline,
        @Nullable RewindTarget rewindTo,
        Duration stateKept,
        Duration patience,
        int partBytes)
        implements Serializable {

    /** What {@code up} uses. */
    public static PostgresSinkOptions defaults() {
        return new PostgresSinkOptions(
                "metering", null, Duration.ofDays(7), Duration.ofMinutes(5), RowsCodec.PART_BYTES);
    }

    /** The same, allowed to rewind to a target; null for no rewind. */
    public PostgresSinkOptions withRewindTo(@Nullable RewindTarget target) {
        return new PostgresSinkOptions(pipeline, target, stateKept, patience, partBytes);
    }
}
