package io.tallyflow.jobs.metering;

import io.tallyflow.connectors.iceberg.LakeOptions;
import io.tallyflow.connectors.kafka.KafkaConnection;
import io.tallyflow.functions.memory.WorkingMemory;
import io.tallyflow.schemas.commit.RewindTarget;
import java.nio.file.Path;
import java.time.Duration;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * Everything that can be told to the job.
 *
 * @param kafka the brokers and how to talk to them; may hold secrets
 * @param postgresUrl JDBC URL
 * @param postgresPassword never printed
 * @param postgresWriters how many connections write a large commit, from 1
 * @param lake null for a job without Iceberg tables; may hold secrets
 * @param meters the definitions' file
 * @param subjectShards over how many workers the events of one subject are spread
 * @param mostGroups of a meter and subject in one window
 * @param workingMemory of one subtask
 * @param rewindTo null unless this start may rewind
 */
public record MeteringOptions(
        KafkaConnection kafka,
        String eventsTopic,
        String rejectedTopic,
        String lateTopic,
        String consumerGroup,
        String postgresUrl,
        String postgresUser,
        String postgresPassword,
        String pipeline,
        Path meters,
        Duration outOfOrderness,
        Duration allowedLateness,
        Duration idleAfter,
        Duration dedupeHorizon,
        Duration stateKept,
        Duration postgresPatience,
        int postgresWriters,
        @Nullable LakeOptions lake,
        Duration lakeCommitInterval,
        int subjectShards,
        int mostGroups,
        WorkingMemory workingMemory,
        @Nullable RewindTarget rewindTo) {

    /** With stars where secrets are. */
    @Override
    public String toString() {
        return new StringJoiner(", ", "MeteringOptions[", "]")
                .add("kafka=" + kafka)
                .add("eventsTopic=" + eventsTopic)
                .add("rejectedTopic=" + rejectedTopic)
                .add("lateTopic=" + lateTopic)
                .add("consumerGroup=" + consumerGroup)
                .add("postgresUrl=" + postgresUrl.replaceFirst("\\?.*", ""))
                .add("postgresUser=" + postgresUser)
                .add("postgresPassword=" + (postgresPassword.isEmpty() ? "" : Secret.STARS))
                .add("pipeline=" + pipeline)
                .add("meters=" + meters)
                .add("outOfOrderness=" + outOfOrderness)
                .add("allowedLateness=" + allowedLateness)
                .add("idleAfter=" + idleAfter)
                .add("dedupeHorizon=" + dedupeHorizon)
                .add("stateKept=" + stateKept)
                .add("postgresPatience=" + postgresPatience)
                .add("postgresWriters=" + postgresWriters)
                .add("lake=" + lake)
                .add("subjectShards=" + subjectShards)
                .add("mostGroups=" + mostGroups)
                .add("workingMemory=" + workingMemory.bytes())
                .add("rewindTo=" + rewindTo)
                .toString();
    }
}
