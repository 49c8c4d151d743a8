package io.tallyflow.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.cli.servers.MeterChoice;
import io.tallyflow.cli.servers.ServerPlan;
import io.tallyflow.cli.servers.Servers;
import io.tallyflow.cli.terminal.Lifetime;
import io.tallyflow.connectors.postgres.RegisteredMeters;
import io.tallyflow.local.embedded.JobSettings;
import io.tallyflow.local.embedded.RunningJob;
import io.tallyflow.local.embedded.Topics;
import io.tallyflow.schemas.meter.MeterFile;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The commands that ask servers, on embedded ones with known rows; only the job is left out. */
@Timeout(120)
final class RunningServersTest {

    private static final String METERS =
            """
            meters:
              - slug: tokens
                description: AI tokens used
                eventType: prompt
                aggregation: SUM
                valueProperty: $.tokens
                groupBy: {model: $.model, type: $.type}
              - slug: calls
                eventType: call
                aggregation: COUNT
            """;

    private static final String USAGE =
            """
            with v as (
                select l.layer, tallyflow.cell_of(l.name, v.subject, v.groups) as cell, v.*
                from (values
                    ('acme', '{"model":"=gpt","type":"in"}', '2026-01-01 00:00Z',
                        100000000000000000000000000000.000000000000000001),
                    ('acme', '{"model":"b","type":"in"}', '2026-01-01 23:30Z', 5),
                    ('zeta', '{"model":"b","type":"out"}', '2026-01-02 00:00Z', 0.0000001)
                ) v (subject, groups, at, sum)
                join tallyflow.layer l on l.slug = 'tokens'
            ), cells as (
                insert into tallyflow.cell (layer, cell, subject, group_by)
                select layer, cell, subject, groups::jsonb from v
            )
            insert into tallyflow.usage_row (layer, cell, window_start, shard, readings, sum,
                settled, commit)
            select layer, cell, at::timestamptz, 0, 1, sum, true, 1 from v
            """;

    private static final String LEDGER =
            """
            insert into tallyflow.ledger (pipeline, epoch, commit, token, checkpoint, committed_at,
                watermark, offsets, consumed, metered, rejected, readings, adjusted, ignored)
            values ('metering', 2, 41, 1, 57, now(), '2026-01-02 00:00:59Z', '{"0": 1, "1": 0}',
                3, 2, 1, 2, 0, 1)
            """;

    @TempDir static Path directory;
    private static final Lifetime LIFETIME = new Lifetime();
    private static Servers servers;

    @BeforeAll
    static void start() throws Exception {
        Path data = directory.resolve("data");
        servers =
                Servers.start(
                        ServerPlan.anywhere(data),
                        new MeterChoice(null, false),
                        NoJob::new,
                        LIFETIME,
                        new PrintWriter(Writer.nullWriter()));
        RegisteredMeters.register(
                servers.postgres().dataSource(), MeterFile.parse("meters.yaml", METERS));
        try (Connection connection = servers.postgres().connect();
                Statement statement = connection.createStatement()) {
            statement.execute(USAGE);
            statement.execute(LEDGER);
        }
        Map<String, Object> settings = Map.of("bootstrap.servers", servers.kafka().bootstrap());
        ByteArraySerializer bytes = new ByteArraySerializer();
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(settings, bytes, bytes)) {
            for (int i = 0; i < 3; i++) {
                producer.send(new ProducerRecord<>(Topics.EVENTS, 0, null, new byte[1])).get();
            }
        }
    }

    @AfterAll
    static void stop() {
        LIFETIME.close();
        assertThat(run("status").err()).startsWith("tallyflow: no servers run on ");
    }

    @Test
    void answersWithOneTotal() {
        CommandRun run = run("query tokens --from 2026-01-01 --to 2026-01-02");
        assertThat(run.err()).isEmpty();
        assertThat(run.out().lines())
                .containsExactly(
                        "window_start          window_end          " + " ".repeat(46) + "value",
                        "2026-01-01T00:00:00Z  2026-01-02T00:00:00Z  "
                                + "100000000000000000000000000005.000000000000000001");
        assertThat(run.exitCode()).isZero();
    }

    @Test
    void saysHowAFileDiffersFromTheMetersThatAreCounted() throws Exception {
        Path file = directory.resolve("other.yaml");
        Files.writeString(
                file,
                """
                meters:
                  - slug: tokens
                    description: AI tokens used
                    eventType: prompt
                    aggregation: SUM
                    valueProperty: $.usage.tokens
                    groupBy: {model: $.model, type: $.type}
                  - slug: users
                    eventType: call
                    aggregation: UNIQUE_COUNT
                    valueProperty: $.user
                """);
        CommandRun run = run("meters diff --exit-code " + file);
        assertThat(run.err()).isEmpty();
        assertThat(run.out().lines())
                .containsExactly(
                        "meter   state    field          now       in the file",
                        "tokens  changed  valueProperty  $.tokens  $.usage.tokens",
                        "users   added",
                        "calls   missing");
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run("meters diff " + file).exitCode()).isZero();

        Files.writeString(file, METERS);
        CommandRun same = run("meters diff --exit-code " + file);
        assertThat(same.out().lines())
                .containsExactly(
                        "meter   state      field  now  in the file",
                        "tokens  unchanged",
                        "calls   unchanged");
        assertThat(same.exitCode()).isZero();
    }

    @Test
    void showsTheVersionsOfAMeter() throws Exception {
        try (Connection connection = servers.postgres().connect();
                Statement statement = connection.createStatement()) {
            statement.execute(
                    """
                    update tallyflow.meter_request
                    set requested_by = 'ops', requested_at = '2026-01-01 00:00Z'
                    where slug = 'calls';
                    insert into tallyflow.meter_request (kind, slug, version, description, event_type,
                        aggregation, value_property, group_by, window_size, counts_from,
                        requested_by, requested_at)
                    values ('define', 'calls', 2, '', 'call', 'COUNT', null, '{"a": "$.a"}', 'MINUTE',
                        '2026-01-02 00:01Z', 'ops', '2026-01-02 00:00Z')
                    """);
        }
        assertThat(run("meters history calls").out().lines())
                .containsExactly(
                        "version  state      counts from           to  since commit  event type"
                                + "  value  groups  requested by  at",
                        "      1  shown                                           0  call"
                                + "                       ops           2026-01-01T00:00:00Z",
                        "      2  requested  2026-01-02T00:01:00Z                    call"
                                + "               a=$.a   ops           2026-01-02T00:00:00Z");
        assertThat(run("meters history nothing"))
                .isEqualTo(
                        new CommandRun(
                                2,
                                "",
                                "tallyflow: there is no meter nothing and never was"
                                        + System.lineSeparator()));
    }

    @Test
    void takesPlainDatesAndWindowsInTheZone() {
        CommandRun run =
                run(
                        "query tokens --from 2026-01-02 --to 2026-01-03 --window day"
                                + " --zone Europe/Berlin --group-by subject --format csv");
        assertThat(run.out().lines())
                .containsExactly(
                        "window_start,window_end,subject,value",
                        "2026-01-01T23:00:00Z,2026-01-02T23:00:00Z,acme,5",
                        "2026-01-01T23:00:00Z,2026-01-02T23:00:00Z,zeta,0.0000001");
    }

    @Test
    void filtersGroupsAndSelectsSubjects() {
        CommandRun run =
                run(
                        "query tokens --subject acme --subject zeta --group-by model --filter"
                                + " model=b --filter model=other --filter type=in --format json");
        assertThat(run.out())
                .isEqualTo(
                        """
                        [
                        {"window_start":"2026-01-01T23:30:00Z","window_end":"2026-01-01T23:31:00Z",\
                        "subject":"acme","group_by":{"model":"b"},"value":5}
                        ]
                        """);
    }

    @Test
    void neverLetsASpreadsheetRunAGroupValue() {
        assertThat(run("query tokens --group-by model --format csv").out())
                .contains(",,'=gpt,1000");
    }

    @Test
    void showsNoTimesForACountOfNothing() {
        assertThat(run("query calls --format csv").out().lines().skip(1)).containsExactly(",,,0");
    }

    @Test
    void repeatsWhatTheServerSaysOfWrongArguments() {
        for (String[] wrong :
                new String[][] {
                    {"query nothing", "meter: there is no meter \"nothing\""},
                    {"query tokens --group-by modle", "group_by: unknown group \"modle\""},
                    {"query tokens --zone Mars", "time_zone: \"Mars\" is not the name"},
                    {"query tokens --from 2026-01-02 --to 2026-01-01", "from, to: "}
                }) {
            CommandRun run = run(wrong[0]);
            assertThat(run.exitCode()).isEqualTo(2);
            assertThat(run.out()).isEmpty();
            assertThat(run.err().lines())
                    .singleElement()
                    .asString()
                    .startsWith("tallyflow: " + wrong[1]);
        }
    }

    @Test
    void saysWhatToDoWhenPostgresIsNotThereOrHasNoSchema() {
        CommandRun gone = runOn("query tokens", "postgresql://127.0.0.1:1/tallyflow");
        assertThat(gone.exitCode()).isEqualTo(1);
        assertThat(gone.err().lines()).singleElement().asString().contains("tallyflow up");
        String other = servers.postgres().shown().replaceAll("/tallyflow$", "/postgres");
        for (String command : new String[] {"query tokens", "meters list", "status"}) {
            CommandRun bare = runOn(command, other);
            assertThat(bare.exitCode()).isEqualTo(1);
            assertThat(bare.err().lines())
                    .singleElement()
                    .asString()
                    .contains("its schema is not the one of this version");
        }
    }

    @Test
    void listsTheMetersInForce() {
        assertThat(run("meters list").out().lines().toList())
                .hasSize(3)
                .anyMatch(line -> line.matches("calls +call +COUNT +MINUTE"))
                .anyMatch(
                        line ->
                                line.matches(
                                        "tokens +prompt +SUM +\\$.tokens +model=\\$.model,"
                                                + " type=\\$.type +MINUTE +AI tokens used"));
    }

    @Test
    void showsLanesAndLag() {
        CommandRun run = run("status");
        assertThat(run.err()).isEmpty();
        assertThat(run.out())
                .containsPattern("commit +41 +epoch 2 +checkpoint 57 +\\d+ s ago\\R")
                .containsPattern("watermark +2026-01-02T00:00:59Z\\R")
                .containsPattern("consumed +3\\R")
                .containsPattern("\\R +0 +1 +3 +2\\R")
                .containsPattern("\\R +all +2\\R")
                .containsPattern("meters +calls, tokens\\R");
    }

    @Test
    void showsTheRestWhenKafkaDoesNotAnswer() {
        CommandRun run = run("status --kafka-bootstrap 127.0.0.1:1");
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err().lines())
                .singleElement()
                .asString()
                .startsWith("tallyflow: the lag is not known: Kafka at 127.0.0.1:1 did not answer");
        assertThat(run.out())
                .containsPattern("kafka +Kafka at 127.0.0.1:1 did not answer in time")
                .containsPattern("consumed +3\\R");
        CommandRun alone = runOn("status", servers.postgres().shown());
        assertThat(alone.exitCode()).isZero();
        assertThat(alone.out()).contains("name it with --kafka-bootstrap");
    }

    @Test
    void watchesUntilItIsInterrupted() throws Exception {
        StringWriter out = new StringWriter();
        CompletableFuture<Integer> exitCode = new CompletableFuture<>();
        Thread watching =
                new Thread(
                        () ->
                                exitCode.complete(
                                        CommandRun.line(
                                                        new PrintWriter(out),
                                                        new PrintWriter(Writer.nullWriter()))
                                                .execute(arguments("status --watch"))));
        watching.start();
        while (out.toString().split("pipeline +metering").length < 3) {
            assertThat(exitCode).isNotDone();
            Thread.onSpinWait();
        }
        watching.interrupt();
        assertThat(exitCode.get()).isZero();
    }

    private static CommandRun run(String command) {
        return CommandRun.of(arguments(command));
    }

    private static CommandRun runOn(String command, String postgres) {
        return CommandRun.of((command + " --postgres-url " + postgres).split(" "));
    }

    private static String[] arguments(String command) {
        return (command + " --data-dir " + directory.resolve("data")).split(" ");
    }

    /** A job that is told to run and does nothing. */
    private record NoJob(CompletableFuture<Void> ended) implements RunningJob {

        NoJob(JobSettings settings) {
            this(new CompletableFuture<Void>());
            assertThat(settings.kafkaBootstrap()).isNotEmpty();
        }

        @Override
        public String id() {
            return "none";
        }

        @Override
        public String webAddress() {
            return "http://127.0.0.1:1";
        }

        @Override
        public void awaitProcessing(Duration patience) {}

        @Override
        public void close() {
            ended.complete(null);
        }
    }
}
