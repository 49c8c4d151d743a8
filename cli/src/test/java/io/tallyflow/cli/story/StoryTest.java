package io.tallyflow.cli.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallyflow.cli.CommandRun;
import io.tallyflow.connectors.kafka.EventsTopic;
import io.tallyflow.connectors.kafka.KafkaConnection;
import io.tallyflow.functions.parse.UsageLineParser;
import io.tallyflow.results.RequestFailedException;
import io.tallyflow.results.query.QueryEngine;
import io.tallyflow.results.query.QueryRow;
import io.tallyflow.schemas.event.UsageEvent;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the story sends, types and holds against what must be. */
final class StoryTest {

    private static final Instant BEGIN = Instant.parse("2026-03-01T10:00:00Z");

    private final StringWriter said = new StringWriter();
    private final PrintWriter out = new PrintWriter(said);
    private final StoryEvents events =
            new StoryEvents(new EventsTopic(KafkaConnection.plain("h:1"), "t"), BEGIN);

    @TempDir private Path directory;

    @Test
    void makesEventsThatAreAccepted() {
        StoryCall wrong = events.past().get(StoryEvents.WRONG);
        UsageEvent event =
                new UsageLineParser()
                        .parse(wrong.json().getBytes(StandardCharsets.UTF_8), BEGIN.toEpochMilli())
                        .event();
        assertThat(event).isNotNull();
        assertThat(event.subject()).isEqualTo("acme");
        assertThat(event.timeMicros()).isEqualTo(wrong.time().toEpochMilli() * 1_000);
        assertThat(wrong.tokens()).isEqualTo(900_000);
    }

    @Test
    void knowsWhatTheyComeTo() {
        events.count(events.past().subList(0, 7));
        assertThat(events.sums(StoryCall::tokens))
                .containsExactly(
                        Map.entry("acme", 100L + 211 + 322),
                        Map.entry("globex", 137L + 248),
                        Map.entry("initech", 174L + 285));
        events.forget(events.past().get(3));
        assertThat(events.sums(call -> 1)).containsEntry("acme", 2L);
    }

    private boolean figures(String... values) {
        Map<String, QueryEngine> engines = new LinkedHashMap<>();
        for (String value : values) {
            engines.put(
                    "engine " + engines.size(),
                    (query, rows) -> {
                        assertThat(query.groupBy()).containsExactly("subject");
                        for (String one : value.split(" ")) {
                            String[] parts = one.split("=");
                            rows.accept(
                                    new QueryRow(
                                            null,
                                            null,
                                            parts[0],
                                            Map.of(),
                                            new BigDecimal(parts[1])));
                        }
                    });
        }
        return new StoryFigures(engines, out)
                .are(new TreeMap<>(Map.of("m", new TreeMap<>(Map.of("a", 1L, "b", 2L)))));
    }

    @Test
    void seesEveryDifference() {
        assertThat(figures("a=1 b=2.0", "b=2 a=1")).isTrue();
        assertThat(said.toString().lines())
                .containsExactly(
                        "meter  subject  must be  engine 0  engine 1",
                        "m      a              1         1         1  equal",
                        "m      b              2       2.0         2  equal");
        assertThat(figures("a=1 b=2", "a=1 b=3")).isFalse();
        assertThat(said.toString())
                .contains("m      b              2         2         3  DIFFERS");
        assertThat(figures("a=1")).isFalse();
        assertThat(figures("a=1 b=2 c=0")).isFalse();
    }

    @Test
    void endsWithTheFirstCommandThatFails() {
        TypedCommands commands = new TypedCommands(() -> CommandRun.line(out, out), directory, out);
        assertThatThrownBy(() -> commands.type("query", "m", "--from", "to day"))
                .isInstanceOf(RequestFailedException.class)
                .hasMessage("query ended with exit code 2");
        assertThat(said.toString())
                .contains("$ ./tallyflow query m --from \"to day\"", "--from to day is neither");
    }

    @Test
    void sendsNothingElse() {
        for (String more : new String[] {"--events 5", "--seed 2", "--rate 3"}) {
            CommandRun run = CommandRun.typed("demo --story " + more);
            assertThat(run.exitCode()).isEqualTo(2);
            assertThat(run.err()).contains("--story sends what it tells of");
        }
    }
}
