package io.tallyflow.cli.rehearsal;

import io.tallyflow.cli.connect.Addresses;
import io.tallyflow.cli.terminal.Console;
import io.tallyflow.connectors.kafka.KafkaConnection;
import io.tallyflow.connectors.kafka.KafkaTrouble;
import io.tallyflow.local.embedded.Topics;
import io.tallyflow.local.truth.GeneratorSettings;
import io.tallyflow.local.truth.UsageSender;
import io.tallyflow.results.RequestFailedException;
import io.tallyflow.results.RequestRefusedException;
import io.tallyflow.results.status.TopicEnds;
import io.tallyflow.results.status.TopicWatch;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tallyflow rehearsal send}. */
@Command(
        name = "send",
        description = {
            "Sends the usage to topic "
                    + Topics.EVENTS
                    + ", which must have four partitions and nothing else in it.",
            "What is there already is not sent again, so it may be interrupted and repeated."
        })
final class RehearsalSendCommand implements Callable<Integer> {

    @Spec private @Nullable CommandSpec spec;
    @Mixin private final RehearsalOptions usage = new RehearsalOptions();

    @Option(
            names = "--kafka-bootstrap",
            paramLabel = "HOST:PORT",
            required = true,
            description = "The Kafka to send it to.")
    private @Nullable String bootstrap;

    @Option(
            names = "--kafka-properties",
            paramLabel = "FILE",
            description = Addresses.KAFKA_PROPERTIES)
    private @Nullable Path kafkaProperties;

    @Option(
            names = "--up-to",
            paramLabel = "N",
            description = "Only the first N records; a later call sends the others.")
    private @Nullable Long upTo;

    @Option(
            names = "--rate",
            paramLabel = "R",
            defaultValue = "0",
            description = "Records per second; without it as fast as Kafka takes them.")
    private long rate;

    @Override
    public Integer call() {
        GeneratorSettings settings = usage.settings();
        KafkaConnection kafka =
                Objects.requireNonNull(Addresses.kafka(bootstrap, kafkaProperties), "required");
        if (rate < 0) {
            throw new RequestRefusedException("--rate " + rate + " is not a number of records");
        }
        long last = upTo == null ? settings.records() : Math.min(upTo, settings.records());
        if (last < 1) {
            throw new RequestRefusedException("--up-to " + upTo + " is not a number of records");
        }
        requireTopic(kafka, settings.partitions());
        PrintWriter out = Console.out(spec);
        try (UsageSender sender = new UsageSender(kafka, Topics.EVENTS, settings, rate)) {
            sender.sendUpTo(last);
        } catch (KafkaException e) {
            throw new RequestFailedException(
                    "the usage cannot be sent: " + KafkaTrouble.of(kafka, e), e);
        }
        Console.say(out, "sent", last + " of " + settings.records());
        return 0;
    }

    /** At once: the sender waits for brokers that are away, as long as it takes. */
    private static void requireTopic(KafkaConnection kafka, int partitions) {
        try (TopicWatch watch = new TopicWatch(kafka, Topics.EVENTS)) {
            TopicEnds topic = watch.look();
            if (topic.problem() != null) {
                throw new RequestFailedException("the usage cannot be sent: " + topic.problem());
            }
            if (topic.partitions().size() != partitions) {
                throw new RequestFailedException(
                        "the usage cannot be sent: topic "
                                + Topics.EVENTS
                                + " has "
                                + topic.partitions().size()
                                + " partitions, and the usage is for "
                                + partitions
                                + ": use a Kafka for nothing else, and tallyflow prepare");
            }
        }
    }
}
