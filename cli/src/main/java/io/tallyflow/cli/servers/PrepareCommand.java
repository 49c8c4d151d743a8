package io.tallyflow.cli.servers;

import io.tallyflow.cli.connect.Addresses;
import io.tallyflow.cli.terminal.Console;
import io.tallyflow.connectors.kafka.KafkaConnection;
import io.tallyflow.results.PostgresAddress;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tallyflow prepare}. */
@Command(
        name = "prepare",
        description =
                "Makes what the job needs on servers that run: missing topics, the schema as this"
                        + " version has it, partitions for a year ahead. May be repeated at any"
                        + " time.")
public final class PrepareCommand implements Callable<Integer> {

    @Spec private @Nullable CommandSpec spec;

    @Option(
            names = "--kafka-bootstrap",
            paramLabel = "HOST:PORT",
            description = "The Kafka to make topics on; without it none are made.")
    private @Nullable String kafkaBootstrap;

    @Option(
            names = "--kafka-properties",
            paramLabel = "FILE",
            description = Addresses.KAFKA_PROPERTIES)
    private @Nullable Path kafkaProperties;

    @Option(
            names = "--postgres-url",
            paramLabel = "URL",
            required = true,
            description =
                    "The Postgres at postgresql://USER@HOST:PORT/DATABASE; the user must be allowed"
                            + " to make tables. The password is taken from the environment variable "
                            + PostgresAddress.PASSWORD_VARIABLE
                            + ".")
    private @Nullable String postgresUrl;

    @Override
    public Integer call() {
        KafkaConnection kafka = Addresses.kafka(kafkaBootstrap, kafkaProperties);
        PostgresAddress postgres =
                Objects.requireNonNull(Addresses.postgres(postgresUrl, System.getenv()));
        PrintWriter out = Console.out(spec);
        ReadyServers.requireAnswer(postgres);
        ReadyServers.migrate(postgres);
        Console.say(out, "postgres", postgres.shown());
        if (kafka != null) {
            ReadyServers.ensureTopics(kafka);
            Console.say(out, "kafka", kafka.bootstrap());
        }
        return 0;
    }
}
