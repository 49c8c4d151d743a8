package io.tallyflow.connectors.postgres;

import io.tallyflow.schemas.commit.RewindTarget;
import java.io.Serializable;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How the Postgres sink behaves.
 *
 * @param pipeline the ledger's row
 * @param shards how many shards each subject's events are split into; the first start decides for
 *     all
 * @param rewindTo null unless this start may rewind
 * @param stateKept how old the last commit may be when a job starts from state; zero switches the
 *     check off
 * @param patience how long an unreachable or overloaded Postgres is waited for before the task
 *     fails and is restarted
 * @param allowedLateness how long after its end a window stays open, in event time
 * @param partBytes about how many bytes of rows, before compression, are in one committable
 */
public record PostgresSinkOptions(
        String pipeline,
        int shards,
        @Nullable RewindTarget rewindTo,
        Duration stateKept,
        Duration patience,
        Duration allowedLateness,
        int partBytes)
        implements Serializable {

    private static final int PART_BYTES = 4 * 1024 * 1024;

    /** What {@code up} uses. */
    public static PostgresSinkOptions defaults() {
        return new PostgresSinkOptions(
                "metering",
                1,
                null,
                Duration.ofDays(7),
                Duration.ofMinutes(5),
                Duration.ofMinutes(10),
                PART_BYTES);
    }

    /** The same for the ledger's row of another pipeline. */
    public PostgresSinkOptions withPipeline(String name) {
        return new PostgresSinkOptions(
                name, shards, rewindTo, stateKept, patience, allowedLateness, partBytes);
    }

    /** The same for subjects that are split. */
    public PostgresSinkOptions withShards(int count) {
        return new PostgresSinkOptions(
                pipeline, count, rewindTo, stateKept, patience, allowedLateness, partBytes);
    }

    /** The same, allowed to rewind to a target; null for no rewind. */
    public PostgresSinkOptions withRewindTo(@Nullable RewindTarget target) {
        return new PostgresSinkOptions(
                pipeline, shards, target, stateKept, patience, allowedLateness, partBytes);
    }

    /** The same with another age at which state is refused. */
    public PostgresSinkOptions withStateKept(Duration kept) {
        return new PostgresSinkOptions(
                pipeline, shards, rewindTo, kept, patience, allowedLateness, partBytes);
    }

    /** The same with another patience. */
    public PostgresSinkOptions withPatience(Duration time) {
        return new PostgresSinkOptions(
                pipeline, shards, rewindTo, stateKept, time, allowedLateness, partBytes);
    }

    /** The same with windows that stay open for another time. */
    public PostgresSinkOptions withAllowedLateness(Duration time) {
        return new PostgresSinkOptions(
                pipeline, shards, rewindTo, stateKept, patience, time, partBytes);
    }

    /** The same with parts of another size. */
    public PostgresSinkOptions withPartBytes(int bytes) {
        return new PostgresSinkOptions(
                pipeline, shards, rewindTo, stateKept, patience, allowedLateness, bytes);
    }
}
