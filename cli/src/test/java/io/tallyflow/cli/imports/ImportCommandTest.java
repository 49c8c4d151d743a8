package io.tallyflow.cli.imports;

import static io.tallyflow.schemas.event.AnEvent.anEvent;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.cli.CommandRun;
import io.tallyflow.cli.LakeCommandRig;
import io.tallyflow.connectors.iceberg.write.SmallLake;
import io.tallyflow.schemas.stream.LakeRow;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code tallyflow import} as it is typed. */
final class ImportCommandTest extends LakeCommandRig {

    ImportCommandTest() {
        super(
                """
                meters:
                  - {slug: calls, eventType: t, aggregation: COUNT}
                  - {slug: tokens, eventType: t, aggregation: SUM, valueProperty: $.n}
                """);
    }

    @BeforeEach
    void commit() throws Exception {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            statement.execute(
                    """
                    insert into tallyflow.ledger (pipeline, commit, consumed, metered)
                    values ('p', 3, 1, 1)
                    """);
        }
    }

    @Test
    void saysWhatWouldChange() throws Exception {
        try (SmallLake lake = lake()) {
            lake.commit(
                    0,
                    List.of(
                            LakeRow.accepted(
                                    anEvent().subject("c").source("s").id("1").data("{}").build(),
                                    0)));
        }
        Path file =
                file(
                        line("c", "1", 4),
                        line("c", "2", 5),
                        "garbage",
                        line("d", "1", 6),
                        line("c", "3", 7));
        String[] where =
                where(
                        "--kafka-bootstrap",
                        "localhost:1",
                        "--kafka-properties",
                        impatient().toString(),
                        file.toString());
        CommandRun bad = CommandRun.typed("import --dry-run", where);
        assertThat(bad.exitCode()).isEqualTo(2);
        assertThat(bad.err().lines())
                .containsExactly(
                        "tallyflow: "
                                + file
                                + " line 3: JSON: The value is not a JSON document at byte 0: a value is missing.",
                        "tallyflow: 1 of 5 lines are no events, and nothing was sent: mend them, or"
                                + " leave them out with --skip-bad");
        CommandRun run = CommandRun.typed("import --dry-run --skip-bad", where);
        assertThat(run.err()).isEmpty();
        assertThat(run.out().lines())
                .containsExactly(
                        "checked   4 events, 1 rejected",
                        "skipped   "
                                + file
                                + " line 3: JSON: The value is not a JSON document at byte 0: a value is missing.",
                        "known     1",
                        "new       3",
                        "meter   subject  from                  to                    readings  value",
                        "calls   c        2025-01-02T03:04:00Z  2025-01-02T03:05:00Z         2      2",
                        "calls   d        2025-01-02T03:04:00Z  2025-01-02T03:05:00Z         1      1",
                        "tokens  c        2025-01-02T03:04:00Z  2025-01-02T03:05:00Z         2     12",
                        "tokens  d        2025-01-02T03:04:00Z  2025-01-02T03:05:00Z         1      6");
        List<String> ahead = new ArrayList<>(List.of("import", "--dry-run", "--skip-bad"));
        ahead.addAll(List.of(where));
        CommandRun clock =
                CommandRun.at(
                        InstantSource.fixed(Instant.parse("2100-01-01T00:00:00Z")),
                        ahead.toArray(String[]::new));
        assertThat(clock.exitCode()).isEqualTo(1);
        assertThat(clock.err())
                .contains(
                        "the clock of this machine says 2100-01-01T00:00:00Z and that of Postgres");
        CommandRun sent = CommandRun.typed("import --skip-bad", where);
        assertThat(sent.exitCode()).isEqualTo(1);
        assertThat(sent.err()).contains("localhost:1");
    }

    @Test
    void namesTheFirstBadLinesAndCountsTheOthers() throws Exception {
        Path file = file(IntStream.range(0, 30).mapToObj(i -> "[" + i).toArray(String[]::new));
        CommandRun run =
                CommandRun.typed(
                        "import --dry-run",
                        where("--kafka-bootstrap", "localhost:1", file.toString()));
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err().lines()).hasSize(22).contains("tallyflow: and 10 more");
    }

    @Test
    void saysWhatIsMissing() throws Exception {
        CommandRun none = CommandRun.typed("import", "--postgres-url", address());
        assertThat(none.exitCode()).isEqualTo(2);
        assertThat(none.err()).contains("which files?", "--stale");
        CommandRun both = CommandRun.typed("import --stale f", "--postgres-url", address());
        assertThat(both.exitCode()).isEqualTo(2);
        assertThat(both.err()).contains("--stale takes no files");
        CommandRun lake = CommandRun.typed("import f", "--postgres-url", address());
        assertThat(lake.exitCode()).isEqualTo(1);
        assertThat(lake.err())
                .contains(
                        "nothing is known of a lake there, and without one nobody can tell which"
                                + " events were accepted before");
        CommandRun kafka = CommandRun.typed("import f", where());
        assertThat(kafka.exitCode()).isEqualTo(2);
        assertThat(kafka.err()).contains("which Kafka does the job read?", "--kafka-bootstrap");
        CommandRun rate = CommandRun.typed("import f --rate -1", "--postgres-url", address());
        assertThat(rate.exitCode()).isEqualTo(2);
        assertThat(rate.err()).contains("--rate -1 is not a number of events");
        CommandRun file =
                CommandRun.typed(
                        "import /no/such/file --dry-run --kafka-bootstrap localhost:1", where());
        assertThat(file.exitCode()).isEqualTo(2);
        assertThat(file.err()).contains("/no/such/file is not there");
    }

    private Path file(String... lines) throws Exception {
        return Files.write(directory.resolve("events.jsonl"), List.of(lines));
    }

    private static String line(String subject, String id, int value) {
        return """
        {"id": "%s", "source": "s", "type": "t", "subject": "%s", "time": "2025-01-02T03:04:05Z", "data": {"n": %d}}"""
                .formatted(id, subject, value);
    }
}
