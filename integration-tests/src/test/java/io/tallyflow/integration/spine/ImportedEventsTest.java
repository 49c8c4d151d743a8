package io.tallyflow.integration.spine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallyflow.connectors.iceberg.table.Lake;
import io.tallyflow.connectors.iceberg.table.LakeTable;
import io.tallyflow.connectors.iceberg.table.LakeView;
import io.tallyflow.connectors.kafka.EventRecord;
import io.tallyflow.connectors.kafka.EventSender;
import io.tallyflow.connectors.kafka.EventsTopic;
import io.tallyflow.local.embedded.RunningJob;
import io.tallyflow.operations.counting.RunLimits;
import io.tallyflow.operations.imports.EventImport;
import io.tallyflow.operations.imports.EventImport.Outcome;
import io.tallyflow.operations.imports.ImportListener;
import io.tallyflow.results.PostgresAddress;
import io.tallyflow.results.RequestRefusedException;
import io.tallyflow.results.lake.LakeQueryEngine;
import io.tallyflow.results.query.UsageQuery;
import io.tallyflow.schemas.event.ImportMark;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.io.CloseableIterable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Events of long ago are imported beside the job, and each counts once. */
final class ImportedEventsTest extends ServedMetering {

    private static final String METERS =
            """
            meters:
              - {slug: tokens, eventType: t, aggregation: SUM, valueProperty: $.old}
              - {slug: models, eventType: t, aggregation: UNIQUE_COUNT, valueProperty: $.model}
            """;

    private static final String LANES =
            """
            select metered || ' metered, ' || duplicate || ' duplicate, ' || conflict || ' conflict, '
                || stale || ' stale, ' || rejected || ' rejected'
            from tallyflow.ledger
            """;

    private static final String TOTALS =
            """
            select 'tokens ' || (select value from tallyflow.query('tokens'))
            union all select 'models ' || (select value from tallyflow.query('models'))
            """;

    @Test
    @Timeout(240)
    void countsWhatWasNeverAcceptedOnceHoweverOftenItIsImported() throws Exception {
        try (RunningJob job = run(METERS)) {
            Instant recent = Instant.now().truncatedTo(ChronoUnit.SECONDS).minusSeconds(60);
            send(recent, event("known", recent, 5));
            send(recent, event("settles", recent.plus(Duration.ofHours(1)), 0));
            awaitCommit(job);
            awaitLake(job);
            Instant old = recent.minus(Duration.ofDays(400));
            Path file =
                    file(
                            event("known", recent, 5),
                            event("old", old, 10),
                            event("old", old, 10),
                            event("older", old.minus(Duration.ofDays(400)), 100));

            Outcome dry = run(request(file, false));
            assertThat(dry.changes())
                    .extracting(one -> one.meter() + " " + one.subject() + " " + one.value())
                    .containsExactly("models c 1", "tokens c 110");
            assertThat(counts(dry)).isEqualTo("import 0: 4 events, 2 known, 2 sent");

            Outcome first = run(request(file, true));
            assertThat(counts(first)).isEqualTo("import 1: 4 events, 2 known, 2 sent");
            // Before the lake has them, as after an import that was killed.
            Outcome second = run(request(file, true));
            wasSent(first.sent() + second.sent());
            awaitCommit(job);
            assertThat(ask(LANES))
                    .containsExactly(
                            "4 metered, "
                                    + second.sent()
                                    + " duplicate, 0 conflict, 0 stale, 0 rejected");
            assertThat(ask(TOTALS)).containsExactly("tokens 115", "models 1");

            awaitLake(job, LakeTable.EVENTS, 4);
            assertThat(counts(run(request(file, true))))
                    .isEqualTo("import 3: 4 events, 4 known, 0 sent");
            assertThat(imports())
                    .containsExactlyInAnyOrder("known 0", "settles 0", "old 1", "older 1");
            assertThat(inLake()).isEqualTo(115);
            audit();
            assertThat(
                            ask(
                                    """
                                    select source || ' ' || events || ' ' || known || ' ' || sent || ' '
                                        || rejected || ' ' || (ended_at >= requested_at)
                                    from tallyflow.import order by import
                                    """))
                    .containsExactly(
                            file + " 4 2 2 0 true",
                            file + " 4 %d %d 0 true".formatted(second.known(), second.sent()),
                            file + " 4 4 0 0 true");
        }
    }

    @Test
    @Timeout(240)
    void sendsNothingOfAFileThatHoldsBadLinesUnlessItMay() throws Exception {
        try (RunningJob job = run(METERS)) {
            Instant old = Instant.parse("2025-01-02T03:04:05Z");
            Path file = file(event("1", old, 1), "garbage", event("2", old, 2));
            assertThatThrownBy(() -> run(request(file, true)))
                    .isInstanceOf(RequestRefusedException.class)
                    .hasMessageContaining(file + " line 2: JSON: ")
                    .hasMessageContaining("1 of 3 lines are no events, and nothing was sent");
            assertThat(ask("select import::text from tallyflow.import")).isEmpty();
            Outcome outcome = run(new EventImport.Request(List.of(file), true, true, 0));
            assertThat(counts(outcome)).isEqualTo("import 1: 2 events, 0 known, 2 sent");
            assertThat(outcome.bad()).hasSize(1);
            wasSent(2);
            awaitCommit(job);
            assertThat(ask(TOTALS)).containsExactly("tokens 3", "models 1");
        }
    }

    @Test
    void saysThatAClockIsWrong() throws Exception {
        EventsTopic topic = topic();
        EventRecord record = new EventRecord("c", new byte[0], List.of());
        try (EventSender sender = EventSender.to(topic.kafka(), topic.name(), 0)) {
            sender.send(record, new ImportMark(1, Instant.now().plusSeconds(60)));
            sender.flush();
            sender.send(record, new ImportMark(1, Instant.now().minusSeconds(60)));
            assertThatThrownBy(sender::flush)
                    .hasMessageStartingWith("a record got the Kafka timestamp")
                    .hasMessageEndingWith("the clock of a broker, or of this machine, is wrong")
                    .hasNoCause();
        }
    }

    @Test
    void saysWhatKafkaDoesNotTake() throws Exception {
        EventsTopic topic = topic();
        EventRecord record = new EventRecord("c", new byte[3 * 1024 * 1024], List.of());
        try (EventSender sender = EventSender.to(topic.kafka(), topic.name(), 0)) {
            assertThatThrownBy(
                            () -> {
                                sender.send(record, new ImportMark(1, Instant.now()));
                                sender.flush();
                            })
                    .hasMessageStartingWith("Kafka at " + topic.kafka().bootstrap())
                    .hasMessageContaining("3145")
                    .hasNoCause();
        }
    }

    @Test
    @Timeout(240)
    void countsWhatCameTooLateOnceItIsImported() throws Exception {
        try (RunningJob job = run(METERS)) {
            Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
            Instant old = now.minus(Duration.ofDays(50));
            send(now, event("1", old, 7));
            send(now, event("1", old, 7));
            send(now, event("\u00e4 2", old.minusNanos(1_000), 8));
            send(now, event("3", old, 9).replace("\"data\"", "\"other\""));
            send(now, event("4", now, 1));
            awaitCommit(job);
            assertThat(ask(LANES))
                    .containsExactly("1 metered, 0 duplicate, 0 conflict, 4 stale, 0 rejected");
            awaitLake(job, LakeTable.STALE_EVENTS, 4);
            Outcome first = run(new EventImport.Request(List.of(), false, true, 0));
            assertThat(counts(first)).isEqualTo("import 1: 4 events, 1 known, 3 sent");
            wasSent(3);
            awaitCommit(job);
            assertThat(ask(TOTALS)).containsExactly("tokens 16", "models 1");
            assertThat(ask(LANES))
                    .containsExactly("4 metered, 0 duplicate, 0 conflict, 4 stale, 0 rejected");
            awaitLake(job, LakeTable.EVENTS, 4);
            Outcome second = run(new EventImport.Request(List.of(), false, true, 0));
            assertThat(counts(second)).isEqualTo("import 2: 4 events, 4 known, 0 sent");
            assertThat(ask("select source from tallyflow.import where import = 2"))
                    .containsExactly("stale_events");
        }
    }

    private static EventImport.Request request(Path file, boolean sends) {
        return new EventImport.Request(List.of(file), false, sends, 0);
    }

    private Outcome run(EventImport.Request request) {
        PostgresAddress postgres = new PostgresAddress(database().url(), database().user(), null);
        return new EventImport(
                        postgres,
                        lakeOptions(),
                        topic(),
                        RunLimits.ofMachine(),
                        new ImportListener() {},
                        InstantSource.system())
                .run(request);
    }

    private static String counts(Outcome outcome) {
        return "import %d: %d events, %d known, %d sent"
                .formatted(outcome.number(), outcome.events(), outcome.known(), outcome.sent());
    }

    private List<String> imports() throws Exception {
        List<String> imports = new ArrayList<>();
        try (Lake lake = Lake.open(lakeOptions());
                CloseableIterable<StructLike> rows =
                        LakeView.of(lake)
                                .scan(
                                        LakeTable.EVENTS,
                                        Expressions.alwaysTrue(),
                                        List.of("id", "import"))) {
            for (StructLike row : rows) {
                Long number = row.get(1, Long.class);
                imports.add(row.get(0, String.class) + " " + (number == null ? 0 : number));
            }
        }
        return imports;
    }

    private long inLake() throws Exception {
        List<Long> values = new ArrayList<>();
        new LakeQueryEngine(lakeOptions(), database().dataSource())
                .run(
                        new UsageQuery(
                                "tokens", null, null, null, "UTC", List.of(), List.of(), Map.of()),
                        row -> values.add(row.value().longValueExact()));
        assertThat(values).hasSize(1);
        return values.get(0);
    }

    private Path file(String... lines) throws Exception {
        return Files.writeString(
                directory().resolve("last month's.jsonl"), String.join("\n", lines) + "\n");
    }

    private static String event(String id, Instant time, int value) {
        return "{\"id\": \"%s\", \"source\": \"s\", \"type\": \"t\", \"subject\": \"c\", \"time\": \"%s\", \"data\": {\"old\": %d, \"model\": \"m\"}}"
                .formatted(id, time, value);
    }
}
