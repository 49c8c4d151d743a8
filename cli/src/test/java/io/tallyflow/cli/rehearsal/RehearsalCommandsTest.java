package io.tallyflow.cli.rehearsal;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.cli.CommandRun;
import io.tallyflow.cli.servers.MeterChoice;
import io.tallyflow.cli.servers.ServerPlan;
import io.tallyflow.cli.servers.Servers;
import io.tallyflow.cli.terminal.Lifetime;
import io.tallyflow.local.embedded.EmbeddedFlink;
import io.tallyflow.local.embedded.EmbeddedKafka;
import io.tallyflow.local.embedded.Topics;
import io.tallyflow.results.status.TopicEnds.Range;
import io.tallyflow.results.status.TopicWatch;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A rehearsal of a job that runs, and one that goes wrong. */
@Timeout(240)
final class RehearsalCommandsTest {

    private static final String START =
            Instant.now().truncatedTo(ChronoUnit.HOURS).minus(1, ChronoUnit.HOURS).toString();

    @TempDir Path directory;

    @Test
    void endsWithZeroOnlyIfEverythingIsEqual() throws Exception {
        assertThat(CommandRun.of("rehearsal", "meters", directory.toString()).out())
                .isEqualTo("meters    " + directory.resolve("demo-meters.yaml") + "\n");
        Path data = directory.resolve("data");
        try (Lifetime lifetime = new Lifetime()) {
            Servers servers =
                    Servers.start(
                            ServerPlan.anywhere(data),
                            new MeterChoice(directory.resolve("demo-meters.yaml"), false),
                            EmbeddedFlink.metering(),
                            lifetime,
                            new PrintWriter(Writer.nullWriter()));
            servers.awaitProcessing(Duration.ofSeconds(120));
            assertThat(send(servers, "--up-to", "700")).isEqualTo("sent      700 of 2000\n");
            CommandRun early = check(data, "--timeout", "1");
            assertThat(early.exitCode()).isEqualTo(1);
            assertThat(early.out())
                    .containsPattern("consumed +2000 +[0-9]+ +DIFFERS")
                    .doesNotContain("waiting for the next commit of the lake");
            assertThat(send(servers)).isEqualTo("sent      2000 of 2000\n");
            assertThat(send(servers)).isEqualTo("sent      2000 of 2000\n");
            assertThat(records(servers)).isEqualTo(2_000);
            CommandRun equal = check(data);
            assertThat(equal.err()).isEmpty();
            assertThat(equal.exitCode()).as(equal.out()).isZero();
            assertThat(equal.out())
                    .containsPattern("accepted +([0-9]+) +\\1 +\\1 +equal")
                    .doesNotContain("DIFFERS");
            spoil(servers);
            CommandRun different = check(data, "--timeout", "3");
            assertThat(different.exitCode()).isEqualTo(1);
            assertThat(different.out()).contains("DIFFERS", "requests_total");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    send --kafka-bootstrap h:1 --start 2026-01-01 --events 0 | --events 0 is not a number of events
                    send --kafka-bootstrap h:1 --start noon                  | --start noon is neither like
                    send --kafka-bootstrap h:1 --start 2026-01-01 --up-to 0  | --up-to 0 is not a number of records
                    send --kafka-bootstrap h:1 --start 2026-01-01 --rate -1  | --rate -1 is not a number of records
                    send --kafka-bootstrap here --start 2026-01-01           | --kafka-bootstrap is not HOST:PORT
                    send --kafka-bootstrap h:1                               | Missing required option: '--start=T'
                    check --start 2026-01-01 --timeout 0                     | --timeout 0 is not a number of seconds
                    """)
    void saysWhatIsWrong(String arguments, String message) {
        CommandRun run = CommandRun.of(("rehearsal " + arguments).split(" "));
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).startsWith("tallyflow: " + message);
    }

    @Test
    @Timeout(60)
    void saysAtOnceThatKafkaIsNotThere() {
        CommandRun run =
                CommandRun.of(
                        "rehearsal", "send", "--kafka-bootstrap", "127.0.0.1:1", "--start", START);
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err())
                .startsWith("tallyflow: the usage cannot be sent: Kafka at 127.0.0.1:1 did not")
                .hasLineCount(1);
    }

    @Test
    void saysThatTheTopicIsNotItsOwn() throws Exception {
        try (EmbeddedKafka kafka = EmbeddedKafka.start(directory.resolve("kafka"), 0);
                Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
            List<String> command = List.of("rehearsal", "send", "--events", "10", "--start", START);
            List<String> arguments = new ArrayList<>(command);
            arguments.addAll(List.of("--kafka-bootstrap", kafka.bootstrapServers()));
            assertThat(CommandRun.of(arguments.toArray(String[]::new)).exitCode()).isZero();
            arguments.set(arguments.indexOf("10"), "5");
            CommandRun longer = CommandRun.of(arguments.toArray(String[]::new));
            assertThat(longer.exitCode()).isEqualTo(1);
            assertThat(longer.err()).startsWith("tallyflow: the usage cannot be sent: ");
            admin.createPartitions(Map.of(Topics.EVENTS, NewPartitions.increaseTo(5))).all().get();
            CommandRun wider = CommandRun.of(arguments.toArray(String[]::new));
            assertThat(wider.exitCode()).isEqualTo(1);
            assertThat(wider.err())
                    .contains("topic usage.events has 5 partitions, and the usage is");
        }
    }

    private static String send(Servers servers, String... more) {
        List<String> arguments = new ArrayList<>(List.of("rehearsal", "send"));
        arguments.addAll(List.of("--start", START, "--events", "2000"));
        arguments.addAll(List.of("--kafka-bootstrap", servers.kafka().bootstrap()));
        arguments.addAll(List.of(more));
        CommandRun run = CommandRun.of(arguments.toArray(String[]::new));
        assertThat(run.err()).isEmpty();
        return run.out();
    }

    private static CommandRun check(Path data, String... more) {
        List<String> arguments = new ArrayList<>(List.of("rehearsal", "check"));
        arguments.addAll(List.of("--start", START, "--events", "2000"));
        arguments.addAll(List.of("--data-dir", data.toString()));
        arguments.addAll(List.of(more));
        return CommandRun.of(arguments.toArray(String[]::new));
    }

    private static long records(Servers servers) {
        try (TopicWatch watch = new TopicWatch(servers.kafka(), Topics.EVENTS)) {
            var partitions = watch.look().partitions();
            assertThat(partitions).hasSize(Topics.EVENT_PARTITIONS);
            return partitions.values().stream().mapToLong(Range::end).sum();
        }
    }

    private static void spoil(Servers servers) throws Exception {
        try (Connection connection = servers.postgres().connect();
                Statement statement = connection.createStatement()) {
            assertThat(
                            statement.executeUpdate(
                                    """
                                    delete from tallyflow.usage_row where (tableoid, ctid) = (
                                        select tableoid, ctid from tallyflow.usage_row
                                        where layer = (
                                            select layer from tallyflow.layer
                                            where slug = 'requests_total') limit 1)
                                    """))
                    .isEqualTo(1);
        }
    }
}
