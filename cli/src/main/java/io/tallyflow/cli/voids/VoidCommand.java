package io.tallyflow.cli.voids;

import io.tallyflow.cli.connect.ConnectionOptions;
import io.tallyflow.cli.connect.Connections;
import io.tallyflow.cli.connect.KafkaOption;
import io.tallyflow.cli.connect.LakeOption;
import io.tallyflow.cli.terminal.Console;
import io.tallyflow.connectors.kafka.EventsTopic;
import io.tallyflow.local.embedded.Topics;
import io.tallyflow.operations.voids.VoidFile;
import io.tallyflow.operations.voids.VoidSender;
import io.tallyflow.results.RequestRefusedException;
import io.tallyflow.schemas.event.VoidRequest;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tallyflow void}. */
@Command(
        name = "void",
        description = {
            "Takes events back that should not have been counted: sends a void for each, as an event"
                    + " of type tallyflow.void.",
            "Totals include an event until its void is applied: by tallyflow up, or tallyflow"
                    + " correct, once its windows have settled and the lake holds them."
        })
public final class VoidCommand implements Callable<Integer> {

    @Spec private @Nullable CommandSpec spec;
    @Mixin private final ConnectionOptions connection = new ConnectionOptions();
    @Mixin private final LakeOption lake = new LakeOption();
    @Mixin private final KafkaOption kafka = new KafkaOption();

    @Option(names = "--subject", paramLabel = "S", description = "Subject of the event.")
    private @Nullable String subject;

    @Option(names = "--source", paramLabel = "SRC", description = "Source of the event.")
    private @Nullable String source;

    @Option(names = "--id", paramLabel = "ID", description = "Id of the event.")
    private @Nullable String id;

    @Option(
            names = "--reason",
            paramLabel = "TEXT",
            description = "Why, for whoever looks at tallyflow.void.")
    private @Nullable String reason;

    @Option(
            names = "--file",
            paramLabel = "FILE",
            description =
                    "Instead: a file with a JSON object on each line that has subject, source and id"
                            + " of an event, and perhaps reason. The events themselves will do.")
    private @Nullable Path file;

    private final InstantSource clock;

    /**
     * @param clock of this machine
     */
    public VoidCommand(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public Integer call() {
        List<VoidRequest> requests = requests();
        kafka.check();
        Connections connections = connection.find(System.getenv());
        lake.required(connections, System.getenv(), "windows cannot be counted again");
        new VoidSender(new EventsTopic(kafka.required(connections), Topics.EVENTS), clock)
                .send(requests);
        Console.say(
                Console.out(spec),
                "sent",
                requests.size() == 1 ? "1 void" : requests.size() + " voids");
        return 0;
    }

    private List<VoidRequest> requests() {
        if (file != null) {
            if (subject != null || source != null || id != null || reason != null) {
                throw new RequestRefusedException(
                        "--file says which events: leave --subject, --source, --id and --reason"
                                + " out");
            }
            return VoidFile.read(file);
        }
        return List.of(
                new VoidRequest(
                        given("--subject", subject),
                        given("--source", source),
                        given("--id", id),
                        reason));
    }

    private static String given(String name, @Nullable String value) {
        if (value == null || value.isEmpty()) {
            throw new RequestRefusedException(
                    "which event? Name it with --subject, --source and --id, or many with --file; "
                            + name
                            + " is missing");
        }
        return value;
    }
}
