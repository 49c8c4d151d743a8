package io.tallyflow.operations.state;

import io.tallyflow.connectors.iceberg.commit.StoredLake;
import io.tallyflow.connectors.kafka.source.StoredOffset;
import io.tallyflow.results.RequestFailedException;
import io.tallyflow.schemas.commit.CommitName;
import io.tallyflow.schemas.measure.UsagePartial;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a savepoint holds.
 *
 * @param checkpoint Flink's number of it
 * @param commit the commit that it stands for
 * @param watermark the highest that its windows heeded; null if there was none
 * @param offsets where a start from it goes on reading, by topic and partition
 * @param lake null if the job writes to none
 * @param operators in the order of the flow
 * @param identities how many it remembers, by age
 * @param meters those that have open windows, by name
 */
public record StateReport(
        String path,
        long checkpoint,
        CommitName commit,
        @Nullable Instant watermark,
        List<StoredOffset> offsets,
        @Nullable StoredLake lake,
        List<Operator> operators,
        Identities identities,
        List<Meter> meters) {

    /**
     * Reads a savepoint or a retained checkpoint of the metering job, on this machine.
     *
     * @param path directory, or URI of one on a file system that Flink reads
     * @throws RequestFailedException if there is none, it is damaged, or of another job
     */
    public static StateReport of(String path) {
        SavedState state = SavedState.at(path);
        Findings findings = new Findings();
        StateReading.read(state, findings::add);
        return findings.report(state);
    }

    /**
     * One operator.
     *
     * @param uid its name in state; the hash of it if this version knows no such operator
     * @param label its name for people
     * @param keys how many keys have something; null if its state has no keys
     * @param bytes in the savepoint
     * @param states their names
     */
    public record Operator(
            String uid,
            String label,
            int parallelism,
            int maxParallelism,
            @Nullable Long keys,
            long bytes,
            Set<String> states) {}

    /**
     * Remembered identities.
     *
     * @param countedFrom the end of the hour of the newest Kafka time; null if there are none
     */
    public record Identities(long count, @Nullable Instant countedFrom, List<Band> bands) {}

    /**
     * Identities of some age: by how much the Kafka time of the first event lies before {@link
     * Identities#countedFrom}.
     *
     * @param from identities of this age are too young
     * @param to the greatest age; null if none is too great
     */
    public record Band(Duration from, @Nullable Duration to, long count) {}

    /**
     * The open windows of a meter.
     *
     * @param first start of the earliest
     * @param last start of the latest
     * @param subjects how many have cells; one with several shards counts once for each
     * @param total all cells together
     * @param distinctValues each counted in every cell that has it
     */
    public record Meter(
            String slug,
            int windows,
            Instant first,
            Instant last,
            long subjects,
            long cells,
            UsagePartial total,
            long distinctValues) {}
}
