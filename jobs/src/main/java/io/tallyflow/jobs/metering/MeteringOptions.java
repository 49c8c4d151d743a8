package io.tallyflow.jobs.metering;

import io.tallyflow.connectors.iceberg.table.LakeOptions;
import io.tallyflow.connectors.kafka.KafkaConnection;
import io.tallyflow.connectors.login.Secret;
import io.tallyflow.functions.memory.WorkingMemory;
import io.tallyflow.schemas.commit.RewindTarget;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Everything that can be told to the job.
 *
 * @param kafka the brokers and how to talk to them; may hold secrets
 * @param successorTopicId empty unless a start goes on in another topic
 * @param postgresUrl JDBC URL
 * @param postgresPassword never printed
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
        String successorTopicId,
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
        @Nullable LakeOptions lake,
        Duration lakeCommitInterval,
        int subjectShards,
        int mostGroups,
        WorkingMemory workingMemory,
        @Nullable RewindTarget rewindTo) {

    /**
     * What may be seen of them by everybody: by the names that they are given with, with stars
     * where secrets are, and URLs without their parameters.
     */
    public Map<String, String> shown() {
        Map<Option, Object> all = new EnumMap<>(Option.class);
        all.put(Option.KAFKA_BOOTSTRAP, kafka);
        all.put(Option.KAFKA_EVENTS_TOPIC, eventsTopic);
        all.put(Option.KAFKA_REJECTED_TOPIC, rejectedTopic);
        all.put(Option.KAFKA_LATE_TOPIC, lateTopic);
        all.put(Option.KAFKA_GROUP, consumerGroup);
        all.put(Option.KAFKA_SUCCESSOR_ID, successorTopicId);
        all.put(Option.POSTGRES_URL, postgresUrl.replaceFirst("\\?.*", ""));
        all.put(Option.POSTGRES_USER, postgresUser);
        all.put(Option.POSTGRES_PATIENCE, postgresPatience);
        all.put(Option.LAKE_CATALOG, lake == null ? "none" : lake);
        all.put(Option.LAKE_COMMIT_INTERVAL, lakeCommitInterval);
        all.put(Option.PIPELINE, pipeline);
        all.put(Option.METERS, meters);
        all.put(Option.OUT_OF_ORDERNESS, outOfOrderness);
        all.put(Option.ALLOWED_LATENESS, allowedLateness);
        all.put(Option.IDLE_AFTER, idleAfter);
        all.put(Option.DEDUPE_HORIZON, dedupeHorizon);
        all.put(Option.STATE_KEPT, stateKept);
        all.put(Option.SUBJECT_SHARDS, subjectShards);
        all.put(Option.MOST_GROUPS, mostGroups);
        all.put(Option.WORKING_MEMORY, workingMemory.bytes());
        all.put(Option.REWIND_TO, rewindTo == null ? "" : rewindTo);
        Map<String, String> texts = new LinkedHashMap<>();
        all.forEach((option, value) -> texts.put(option.key(), value.toString()));
        texts.put(
                MeteringOptionsReader.PASSWORD_VARIABLE,
                postgresPassword.isEmpty() ? "" : Secret.STARS);
        return texts;
    }

    @Override
    public String toString() {
        return "MeteringOptions" + shown();
    }
}
