package io.tallyflow.connectors.postgres;

import io.tallyflow.connectors.postgres.schema.MeterDefinition;
import io.tallyflow.schemas.commit.RewindTarget;
import io.tallyflow.schemas.meter.Meter;
import io.tallyflow.schemas.meter.MeterVersion;
import java.io.Serializable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How the Postgres sink behaves.
 *
 * @param pipeline the ledger's row
 * @param definitions the versions of meters that are counted; the first commit of a start registers
 *     them
 * @param shards how many shards each subject's events are split into; the first start decides for
 *     all
 * @param rewindTo null unless this start may rewind
 * @param stateKept how old the last commit may be when a job starts from state; zero switches the
 *     check off
 * @param patience how long an unreachable or overloaded Postgres is waited for before the task
 *     fails and is restarted
 * @param partBytes about how many bytes of rows, before compression, are in one committable
 */
public record PostgresSinkOptions(
        String pipeline,
        ArrayList<MeterDefinition> definitions,
        int shards,
        @Nullable RewindTarget rewindTo,
        Duration stateKept,
        Duration patience,
        int partBytes)
        implements Serializable {

    private static final int PART_BYTES = 4 * 1024 * 1024;

    /**
     * What {@code up} uses.
     *
     * @param versions of meters that are counted
     */
    public static PostgresSinkOptions of(List<MeterVersion> versions) {
        return new PostgresSinkOptions(
                "metering",
                MeterDefinition.of(versions),
                1,
                null,
                Duration.ofDays(7),
                Duration.ofMinutes(5),
                PART_BYTES);
    }

    /** The same for the first versions of meters. */
    public static PostgresSinkOptions ofFirsts(List<Meter> meters) {
        return of(MeterVersion.firsts(meters));
    }

    /** The same for the ledger's row of another pipeline. */
    public PostgresSinkOptions withPipeline(String name) {
        return new PostgresSinkOptions(
                name, definitions, shards, rewindTo, stateKept, patience, partBytes);
    }

    /** The same for subjects that are split. */
    public PostgresSinkOptions withShards(int count) {
        return new PostgresSinkOptions(
                pipeline, definitions, count, rewindTo, stateKept, patience, partBytes);
    }

    /** The same, allowed to rewind to a target; null for no rewind. */
    public PostgresSinkOptions withRewindTo(@Nullable RewindTarget target) {
        return new PostgresSinkOptions(
                pipeline, definitions, shards, target, stateKept, patience, partBytes);
    }

    /** The same with another age at which state is refused. */
    public PostgresSinkOptions withStateKept(Duration kept) {
        return new PostgresSinkOptions(
                pipeline, definitions, shards, rewindTo, kept, patience, partBytes);
    }

    /** The same with another patience. */
    public PostgresSinkOptions withPatience(Duration time) {
        return new PostgresSinkOptions(
                pipeline, definitions, shards, rewindTo, stateKept, time, partBytes);
    }

    /** The same with parts of another size. */
    public PostgresSinkOptions withPartBytes(int bytes) {
        return new PostgresSinkOptions(
                pipeline, definitions, shards, rewindTo, stateKept, patience, bytes);
    }
}
