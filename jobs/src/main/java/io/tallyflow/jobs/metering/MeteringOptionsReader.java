package io.tallyflow.jobs.metering;

import io.tallyflow.connectors.iceberg.table.CatalogTexts;
import io.tallyflow.connectors.iceberg.table.LakeConnection;
import io.tallyflow.connectors.iceberg.table.LakeOptions;
import io.tallyflow.connectors.kafka.BrokerAddresses;
import io.tallyflow.connectors.kafka.KafkaConnection;
import io.tallyflow.connectors.kafka.source.KafkaTopic;
import io.tallyflow.connectors.login.PostgresConnection;
import io.tallyflow.connectors.login.PostgresUrl;
import io.tallyflow.functions.memory.WorkingMemory;
import io.tallyflow.schemas.commit.RewindTarget;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.apache.flink.configuration.MemorySize;
import org.jspecify.annotations.Nullable;

/**
 * Reads the options from {@code --name value} pairs. All problems are reported at once; an unknown
 * name is one, with the nearest known name.
 */
public final class MeteringOptionsReader {

    /** Where a password may stand instead of in the arguments, which every process list shows. */
    public static final String PASSWORD_VARIABLE = "TALLYFLOW_POSTGRES_PASSWORD";

    /** Stands where a target could not be read; the problem is reported. */
    private static final RewindTarget NOWHERE = new RewindTarget(0, 0);

    /** Likewise. */
    private static final LakeOptions NO_LAKE = LakeOptions.of(Map.of(), "", Duration.ZERO);

    private final GivenOptions given;

    private MeteringOptionsReader(GivenOptions given) {
        this.given = given;
    }

    /**
     * Reads command-line arguments.
     *
     * @throws IllegalArgumentException naming every problem
     */
    public static MeteringOptions read(String[] arguments, Map<String, String> environment) {
        return new MeteringOptionsReader(GivenOptions.of(arguments, environment)).options();
    }

    private MeteringOptions options() {
        KafkaOptions kafka = kafka();
        PostgresOptions postgres = postgres();
        return given.complete(
                new MeteringOptions(
                        kafka,
                        postgres,
                        new LakeEndOptions(
                                lake(postgres), given.duration(Option.LAKE_COMMIT_INTERVAL)),
                        given.value(Option.METERS, Path::of, Path.of("")),
                        time(),
                        state(),
                        rewindTarget()));
    }

    private KafkaOptions kafka() {
        return new KafkaOptions(
                kafkaConnection(),
                new KafkaTopic(
                        given.text(Option.KAFKA_EVENTS_TOPIC),
                        new KafkaTopic.Group(given.text(Option.KAFKA_GROUP)),
                        given.value(
                                Option.KAFKA_SUCCESSOR_ID,
                                KafkaTopic.Successor::new,
                                KafkaTopic.Successor.NONE)),
                new KafkaOptions.RejectedTopic(given.text(Option.KAFKA_REJECTED_TOPIC)),
                new KafkaOptions.LateTopic(given.text(Option.KAFKA_LATE_TOPIC)));
    }

    private KafkaConnection kafkaConnection() {
        String bootstrap = bootstrap();
        return given.value(
                Option.KAFKA_PROPERTIES,
                file ->
                        file.isEmpty()
                                ? KafkaConnection.plain(bootstrap)
                                : KafkaConnection.read(bootstrap, Path.of(file)),
                KafkaConnection.plain(bootstrap));
    }

    private String bootstrap() {
        String text = given.text(Option.KAFKA_BOOTSTRAP);
        try {
            return text.isEmpty() ? "" : BrokerAddresses.checked(text);
        } catch (IllegalArgumentException e) {
            given.refuse(Option.KAFKA_BOOTSTRAP, e);
            return "";
        }
    }

    private PostgresOptions postgres() {
        return new PostgresOptions(
                new PostgresConnection(
                        postgresUrl(),
                        new PostgresConnection.User(given.text(Option.POSTGRES_USER)),
                        password()),
                given.duration(Option.POSTGRES_PATIENCE),
                given.text(Option.PIPELINE));
    }

    private String postgresUrl() {
        String address = address(Option.POSTGRES_URL, PASSWORD_VARIABLE);
        if (!address.isEmpty() && !address.startsWith("jdbc:postgresql:")) {
            given.refuse(Option.POSTGRES_URL, "is not a " + Option.POSTGRES_URL.description());
        }
        return address;
    }

    /** An empty one keeps the driver from looking for a file of passwords on the worker. */
    private PostgresConnection.Password password() {
        return new PostgresConnection.Password(
                Objects.requireNonNullElse(given.secret(PASSWORD_VARIABLE), ""));
    }

    /** Arguments are shown by process lists and by Flink's page. */
    private String address(Option option, String variable) {
        String text = given.text(option);
        try {
            return PostgresUrl.checked(text, variable);
        } catch (IllegalArgumentException e) {
            given.refuse(option, e);
            return "";
        }
    }

    private @Nullable LakeOptions lake(PostgresOptions postgres) {
        String kind = given.text(Option.LAKE_CATALOG);
        if (!LakeConnection.KINDS.contains(kind)) {
            given.refuse(Option.LAKE_CATALOG, kind + " is not one of " + LakeConnection.KINDS);
            return null;
        }
        return kind.equals("none") ? null : lake(kind, postgres);
    }

    private LakeOptions lake(String kind, PostgresOptions postgres) {
        CatalogTexts catalog =
                CatalogTexts.NONE
                        .withKind(kind)
                        .withUri(address(Option.LAKE_URI, LakeConnection.PASSWORD_VARIABLE))
                        .withWarehouse(given.text(Option.LAKE_WAREHOUSE))
                        .withUser(given.text(Option.LAKE_USER))
                        .withPipeline(postgres.pipeline());
        if (given.text(Option.LAKE_URI).isEmpty()) {
            given.refuse(Option.LAKE_URI, "is missing: " + Option.LAKE_URI.description());
        }
        return given.value(
                Option.LAKE_PROPERTIES,
                file ->
                        LakeConnection.options(
                                catalog, file, given.environment(), postgres.patience()),
                NO_LAKE);
    }

    private TimeRules time() {
        return new TimeRules(
                new TimeRules.OutOfOrderness(given.duration(Option.OUT_OF_ORDERNESS)),
                new TimeRules.AllowedLateness(given.duration(Option.ALLOWED_LATENESS)),
                new TimeRules.IdleAfter(given.duration(Option.IDLE_AFTER)));
    }

    private StateRules state() {
        return new StateRules(
                new StateRules.DedupeHorizon(given.duration(Option.DEDUPE_HORIZON)),
                new StateRules.StateKept(given.duration(Option.STATE_KEPT)),
                new StateRules.SubjectShards(
                        given.number(Option.SUBJECT_SHARDS, FlinkSettings.MAX_PARALLELISM)),
                new StateRules.MostGroups(given.number(Option.MOST_GROUPS, Integer.MAX_VALUE)),
                given.value(
                        Option.WORKING_MEMORY,
                        MeteringOptionsReader::memory,
                        WorkingMemory.SHARE_OF_HEAP));
    }

    private static WorkingMemory memory(String text) {
        return text.equals("auto")
                ? WorkingMemory.SHARE_OF_HEAP
                : new WorkingMemory(MemorySize.parseBytes(text));
    }

    private @Nullable RewindTarget rewindTarget() {
        return given.holds(Option.REWIND_TO)
                ? given.value(Option.REWIND_TO, RewindTarget::parse, NOWHERE)
                : null;
    }
}
