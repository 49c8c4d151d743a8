package io.tallyflow.cli.voids;

import static io.tallyflow.schemas.event.AnEvent.anEvent;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.cli.CommandRun;
import io.tallyflow.cli.LakeCommandRig;
import io.tallyflow.schemas.event.UsageEvent;
import io.tallyflow.schemas.event.VoidRequest;
import io.tallyflow.schemas.stream.LakeRow;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code tallyflow void} and {@code tallyflow correct} as they are typed. */
final class VoidCommandsTest extends LakeCommandRig {

    VoidCommandsTest() {
        super("meters: [{slug: m, eventType: t, aggregation: COUNT}]");
    }

    @Test
    void saysWhatIsMissing() throws Exception {
        String[] where = {"--postgres-url", address()};
        for (String few :
                List.of(
                        "void",
                        "void --subject s --source s",
                        "void --subject s --source s --id=",
                        "void --source s --id i")) {
            CommandRun run = CommandRun.typed(few, where);
            assertThat(run.exitCode()).as(few).isEqualTo(2);
            assertThat(run.err()).contains("which event?", "--file", "is missing");
        }
        CommandRun both = CommandRun.typed("void --file f --id i", where);
        assertThat(both.exitCode()).isEqualTo(2);
        assertThat(both.err()).contains("--file says which events");
        CommandRun lake = CommandRun.typed("void --subject s --source s --id i", where);
        assertThat(lake.exitCode()).isEqualTo(1);
        assertThat(lake.err()).contains("without one windows cannot be counted again");
        CommandRun correct = CommandRun.typed("correct", where);
        assertThat(correct.exitCode()).isEqualTo(1);
        assertThat(correct.err()).contains("without one windows cannot be counted again");
        CommandRun patience = CommandRun.typed("correct --wait --timeout 0", where);
        assertThat(patience.exitCode()).isEqualTo(2);
        assertThat(patience.err()).contains("--timeout 0 is no time to wait for");
    }

    @Test
    void sendsNothingThatIsNoEventAndSaysWhereKafkaIsNot() throws Exception {
        String[] where = where();
        CommandRun kafka = CommandRun.typed("void --subject s --source s --id i", where);
        assertThat(kafka.exitCode()).isEqualTo(2);
        assertThat(kafka.err()).contains("which Kafka does the job read?");
        String[] away =
                where(
                        "--kafka-bootstrap",
                        "localhost:1",
                        "--kafka-properties",
                        impatient().toString());
        CommandRun none = CommandRun.typed("void --subject s --source s --id i", away);
        assertThat(none.exitCode()).isEqualTo(1);
        assertThat(none.err()).contains("Kafka at localhost:1");
        CommandRun longOne =
                CommandRun.typed("void --source s --id i --subject " + "x".repeat(257), away);
        assertThat(longOne.exitCode()).isEqualTo(2);
        assertThat(longOne.err()).contains("no such event can be accepted", "Nothing was sent.");
        Path file = Files.writeString(directory.resolve("v.jsonl"), "garbage\n");
        CommandRun bad = CommandRun.typed("void --file " + file, away);
        assertThat(bad.exitCode()).isEqualTo(2);
        assertThat(bad.err()).contains(file + " line 1: no JSON object");
        CommandRun wait = CommandRun.typed("correct --wait", away);
        assertThat(wait.exitCode()).isEqualTo(1);
        assertThat(wait.err()).contains("Kafka at localhost:1");
    }

    @Test
    void appliesAndSaysWhatWaits() throws Exception {
        commit(
                List.of(
                        LakeRow.accepted(event("t", "1", null), 0),
                        LakeRow.accepted(event(VoidRequest.TYPE, "2", "1"), 0),
                        LakeRow.accepted(event(VoidRequest.TYPE, "3", "1"), 0),
                        LakeRow.accepted(event(VoidRequest.TYPE, "4", "0"), 0)),
                List.of());
        String[] where = where();
        CommandRun run = CommandRun.typed("correct --wait", where);
        assertThat(run.err()).isEmpty();
        assertThat(run.out().lines())
                .containsExactly(
                        "kafka     is not known: records that were not read do not count",
                        "applied   1 void by run 1",
                        "waiting   1 void for an event that has not come");
        assertThat(CommandRun.typed("correct", where).out().lines())
                .containsExactly(
                        "applied   0 voids", "waiting   1 void for an event that has not come");
    }

    private static UsageEvent event(String type, String id, String taken) {
        return anEvent()
                .subject("c")
                .source("s")
                .id(id)
                .type(type)
                .data(taken == null ? "{}" : "{\"source\": \"s\", \"id\": \"" + taken + "\"}")
                .build();
    }
}
