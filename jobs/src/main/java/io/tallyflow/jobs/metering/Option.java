package io.tallyflow.jobs.metering;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The job's options: name, default, meaning and value. The reference in the docs is checked against
 * it, and what a job shows of its options is made from it.
 */
public enum Option {
    KAFKA_BOOTSTRAP(
            "kafka.bootstrap",
            null,
            "HOST:PORT of one or more brokers",
            options -> options.kafka().connection()),
    KAFKA_PROPERTIES(
            "kafka.properties",
            "",
            "path of a file with properties of the Kafka clients: TLS, login, time limits",
            Option::seenInAnother),
    KAFKA_EVENTS_TOPIC(
            "kafka.events-topic",
            "usage.events",
            "topic that events are read from",
            options -> options.kafka().events().name()),
    KAFKA_REJECTED_TOPIC(
            "kafka.rejected-topic",
            "usage.rejected",
            "topic for rejected and conflicting records",
            options -> options.kafka().rejected().name()),
    KAFKA_LATE_TOPIC(
            "kafka.late-topic",
            "usage.late",
            "topic for late and stale events",
            options -> options.kafka().late().name()),
    KAFKA_GROUP(
            "kafka.group",
            "tallyflow",
            "consumer group that shows progress in Kafka's own tools",
            options -> options.kafka().events().group().name()),
    KAFKA_SUCCESSOR_ID(
            "kafka.successor-id",
            "",
            "id of the topic to go on in, if it is another one than the state has read from and has"
                    + " the same records at the same offsets",
            options -> options.kafka().events().successor().id()),
    POSTGRES_URL(
            "postgres.url",
            null,
            "JDBC URL, jdbc:postgresql://HOST:PORT/DATABASE",
            options -> options.postgres().connection().shown()),
    POSTGRES_USER(
            "postgres.user",
            "tallyflow",
            "database user",
            options -> options.postgres().connection().user().name()),
    POSTGRES_PATIENCE(
            "postgres.patience",
            "5 min",
            "how long an unreachable Postgres is waited for before the task restarts",
            options -> options.postgres().patience()),
    LAKE_CATALOG(
            "lake.catalog",
            "none",
            "catalog of the Iceberg tables: jdbc, rest or none",
            options -> Objects.requireNonNullElse(options.lake().options(), "none")),
    LAKE_URI("lake.uri", "", "URI of the catalog; for jdbc a JDBC URL", Option::seenInAnother),
    LAKE_WAREHOUSE(
            "lake.warehouse",
            "",
            "where new tables are put, such as file:///data/lake",
            Option::seenInAnother),
    LAKE_USER("lake.user", "tallyflow", "database user of a jdbc catalog", Option::seenInAnother),
    LAKE_PROPERTIES(
            "lake.properties",
            "",
            "path of a file with further properties of the Iceberg catalog",
            Option::seenInAnother),
    LAKE_COMMIT_INTERVAL(
            "lake.commit-interval",
            "60 s",
            "how far the Iceberg tables may follow Postgres behind",
            options -> options.lake().commitInterval()),
    PIPELINE(
            "pipeline",
            "metering",
            "name of the ledger's row",
            options -> options.postgres().pipeline()),
    METERS("meters", null, "path of the meter definitions, YAML", MeteringOptions::meters),
    OUT_OF_ORDERNESS(
            "out-of-orderness",
            "5 s",
            "how far events of a partition may be out of order",
            options -> options.time().outOfOrderness().time()),
    ALLOWED_LATENESS(
            "allowed-lateness",
            "10 min",
            "how long after its end a window takes readings",
            options -> options.time().allowedLateness().time()),
    IDLE_AFTER(
            "idle-after",
            "30 s",
            "how long a partition must have been read to its end before its watermark follows the"
                    + " clock",
            options -> options.time().idleAfter().time()),
    DEDUPE_HORIZON(
            "dedupe-horizon",
            "32 d",
            "how old an event may be, against its Kafka timestamp, and still count",
            options -> options.state().dedupeHorizon().time()),
    STATE_KEPT(
            "state-kept",
            "7 d",
            "how long the job may stand still before a start from state is refused; 0 s never"
                    + " refuses",
            options -> options.state().stateKept().time()),
    SUBJECT_SHARDS(
            "subject-shards",
            "1",
            "over how many workers the events of one subject are spread; fixed with the first"
                    + " start",
            options -> options.state().subjectShards().number()),
    MOST_GROUPS(
            "most-groups",
            "10000",
            "groups that a meter and subject may have in one window; readings of further ones count"
                    + " in the group __other__",
            options -> options.state().mostGroups().number()),
    WORKING_MEMORY(
            "working-memory",
            "auto",
            "heap that recent identities and open windows of one subtask may fill, such as 256mb;"
                    + " auto is three eighths of the heap divided by the slots. Filters of older"
                    + " identities may fill what it leaves of five eighths",
            options -> options.state().workingMemory().bytes()),
    REWIND_TO(
            "rewind-to",
            null,
            "COMMIT@EPOCH: take the results back to this commit, which the state must stand for",
            options -> Objects.requireNonNullElse(options.rewindTo(), ""));

    private final String key;
    private final @Nullable String defaultValue;
    private final String description;

    @SuppressWarnings("ImmutableEnumChecker") // a lambda that holds nothing
    private final Value value;

    Option(String key, @Nullable String defaultValue, String description, Value value) {
        this.key = key;
        this.defaultValue = defaultValue;
        this.description = description;
        this.value = value;
    }

    /** Where the options keep it. */
    @FunctionalInterface
    private interface Value {
        @Nullable Object in(MeteringOptions options);
    }

    /** For what is part of the value of an option before it, such as of a connection. */
    private static @Nullable Object seenInAnother(MeteringOptions options) {
        return null;
    }

    /** As typed after {@code --}. */
    public String key() {
        return key;
    }

    /** Null if there is none. */
    public @Nullable String defaultValue() {
        return defaultValue;
    }

    /** What it means, with its unit. */
    public String description() {
        return description;
    }

    /** Its value, fit to be shown to everybody; null if another option's value shows it. */
    @Nullable Object valueIn(MeteringOptions options) {
        return value.in(options);
    }

    static @Nullable Option named(String key) {
        return Arrays.stream(values())
                .filter(option -> option.key.equals(key))
                .findFirst()
                .orElse(null);
    }

    /** All names. */
    static List<String> keys() {
        return Arrays.stream(values()).map(Option::key).toList();
    }
}
