package io.tallyflow.jobs.metering;

import io.tallyflow.connectors.iceberg.table.LakeOptions;
import io.tallyflow.connectors.kafka.BrokerAddresses;
import io.tallyflow.connectors.kafka.KafkaConnection;
import io.tallyflow.connectors.kafka.source.KafkaTopic;
import io.tallyflow.connectors.login.PostgresUrl;
import io.tallyflow.connectors.login.Secret;
import io.tallyflow.functions.memory.WorkingMemory;
import io.tallyflow.schemas.commit.RewindTarget;
import io.tallyflow.schemas.meter.NearestName;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.util.TimeUtils;
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

    private static final List<Option> LAKE =
            List.of(
                    Option.LAKE_CATALOG,
                    Option.LAKE_URI,
                    Option.LAKE_WAREHOUSE,
                    Option.LAKE_USER,
                    Option.PIPELINE);

    /** Likewise. */
    private static final LakeOptions NO_LAKE = LakeOptions.of(Map.of(), "", Duration.ZERO);

    private final Map<String, String> given;
    private final Map<String, String> environment;
    private final List<String> problems = new ArrayList<>();

    private MeteringOptionsReader(Map<String, String> given, Map<String, String> environment) {
        this.given = given;
        this.environment = environment;
    }

    /**
     * Reads command-line arguments.
     *
     * @throws IllegalArgumentException naming every problem
     */
    public static MeteringOptions read(String[] arguments, Map<String, String> environment) {
        Map<String, String> given = new LinkedHashMap<>();
        List<String> problems = new ArrayList<>();
        for (int i = 0; i < arguments.length; i += 2) {
            String name = arguments[i];
            if (!name.startsWith("--") || i + 1 == arguments.length) {
                problems.add("expected --name value, found " + withoutValue(name));
            } else if (given.put(name.substring(2), arguments[i + 1]) != null) {
                problems.add(name + " is given twice");
            }
        }
        return new MeteringOptionsReader(given, environment).options(problems);
    }

    private MeteringOptions options(List<String> before) {
        problems.addAll(before);
        given.keySet().stream().filter(name -> Option.named(name) == null).forEach(this::unknown);
        MeteringOptions options =
                new MeteringOptions(
                        kafka(),
                        text(Option.KAFKA_EVENTS_TOPIC),
                        text(Option.KAFKA_REJECTED_TOPIC),
                        text(Option.KAFKA_LATE_TOPIC),
                        text(Option.KAFKA_GROUP),
                        value(Option.KAFKA_SUCCESSOR_ID, MeteringOptionsReader::topicId, ""),
                        postgres(),
                        text(Option.POSTGRES_USER),
                        secret(PASSWORD_VARIABLE),
                        text(Option.PIPELINE),
                        value(Option.METERS, Path::of, Path.of("")),
                        duration(Option.OUT_OF_ORDERNESS),
                        duration(Option.ALLOWED_LATENESS),
                        duration(Option.IDLE_AFTER),
                        duration(Option.DEDUPE_HORIZON),
                        duration(Option.STATE_KEPT),
                        duration(Option.POSTGRES_PATIENCE),
                        lake(),
                        duration(Option.LAKE_COMMIT_INTERVAL),
                        number(Option.SUBJECT_SHARDS, FlinkSettings.MAX_PARALLELISM),
                        number(Option.MOST_GROUPS, Integer.MAX_VALUE),
                        value(
                                Option.WORKING_MEMORY,
                                MeteringOptionsReader::memory,
                                WorkingMemory.SHARE_OF_HEAP),
                        rewindTarget());
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(String.join("\n", problems));
        }
        return options;
    }

    private void unknown(String name) {
        String nearest = NearestName.of(name, Option.keys());
        problems.add(
                "--"
                        + withoutValue(name)
                        + " is not known"
                        + (nearest == null
                                ? "; known are " + Option.keys()
                                : "; perhaps --" + nearest + " is meant"));
    }

    /** Of {@code --name=value}, which is not how values are given. */
    private static String withoutValue(String argument) {
        return Secret.withoutLogins(argument).replaceFirst("=.*", "=");
    }

    private KafkaConnection kafka() {
        String bootstrap = bootstrap();
        return value(
                Option.KAFKA_PROPERTIES,
                file ->
                        file.isEmpty()
                                ? KafkaConnection.plain(bootstrap)
                                : KafkaConnection.read(bootstrap, Path.of(file)),
                KafkaConnection.plain(bootstrap));
    }

    private String bootstrap() {
        String text = text(Option.KAFKA_BOOTSTRAP);
        try {
            return text.isEmpty() ? "" : BrokerAddresses.checked(text);
        } catch (IllegalArgumentException e) {
            problems.add("--" + Option.KAFKA_BOOTSTRAP.key() + " " + e.getMessage());
            return "";
        }
    }

    /** Arguments are shown by process lists and by Flink's page. */
    private String address(Option option, String variable) {
        String text = text(option);
        try {
            return PostgresUrl.checked(text, variable);
        } catch (IllegalArgumentException e) {
            problems.add("--" + option.key() + " " + e.getMessage());
            return "";
        }
    }

    private String postgres() {
        String address = address(Option.POSTGRES_URL, PASSWORD_VARIABLE);
        if (!address.isEmpty() && !address.startsWith("jdbc:postgresql:")) {
            problems.add(
                    "--"
                            + Option.POSTGRES_URL.key()
                            + " is not a "
                            + Option.POSTGRES_URL.description());
        }
        return address;
    }

    private String secret(String variable) {
        try {
            return Objects.requireNonNullElse(Secret.find(variable, environment), "");
        } catch (IllegalArgumentException e) {
            problems.add(Objects.toString(e.getMessage(), e.toString()));
            return "";
        }
    }

    private String text(Option option) {
        return value(option, Function.identity(), "");
    }

    private Duration duration(Option option) {
        return value(option, TimeUtils::parseDuration, Duration.ZERO);
    }

    private int number(Option option, int most) {
        return value(option, text -> number(text, most), 1);
    }

    private static int number(String text, int most) {
        int number;
        try {
            number = Integer.parseInt(text);
        } catch (NumberFormatException e) {
            number = 0;
        }
        if (number < 1 || number > most) {
            throw new IllegalArgumentException("must be a number from 1 to " + most);
        }
        return number;
    }

    private static String topicId(String text) {
        return new KafkaTopic("", "", text).successorId();
    }

    private static WorkingMemory memory(String text) {
        return text.equals("auto")
                ? WorkingMemory.SHARE_OF_HEAP
                : new WorkingMemory(MemorySize.parseBytes(text));
    }

    private @Nullable LakeOptions lake() {
        String kind = text(Option.LAKE_CATALOG);
        if (!LakeConnection.KINDS.contains(kind)) {
            problems.add(
                    "--"
                            + Option.LAKE_CATALOG.key()
                            + " "
                            + kind
                            + " is not one of "
                            + LakeConnection.KINDS);
            return null;
        }
        if (kind.equals("none")) {
            return null;
        }
        Map<Option, String> catalog = new EnumMap<>(Option.class);
        for (Option option : LAKE) {
            catalog.put(
                    option,
                    option == Option.LAKE_URI
                            ? address(option, LakeConnection.PASSWORD_VARIABLE)
                            : text(option));
        }
        if (text(Option.LAKE_URI).isEmpty()) {
            problems.add("--lake.uri is missing: " + Option.LAKE_URI.description());
        }
        Duration patience = duration(Option.POSTGRES_PATIENCE);
        return value(
                Option.LAKE_PROPERTIES,
                file -> LakeConnection.options(catalog, file, environment, patience),
                NO_LAKE);
    }

    private @Nullable RewindTarget rewindTarget() {
        return given.containsKey(Option.REWIND_TO.key())
                ? value(Option.REWIND_TO, RewindTarget::parse, NOWHERE)
                : null;
    }

    private <T> T value(Option option, Function<String, T> parse, T otherwise) {
        String text = given.getOrDefault(option.key(), option.defaultValue());
        if (text == null) {
            problems.add("--" + option.key() + " is missing: " + option.description());
            return otherwise;
        }
        try {
            return parse.apply(text);
        } catch (IllegalArgumentException e) {
            problems.add(
                    "--" + option.key() + " " + Secret.withoutLogins(text) + ": " + e.getMessage());
            return otherwise;
        }
    }
}
