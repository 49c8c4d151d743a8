package io.tallyflow.cli.story;

import io.tallyflow.cli.connect.EmbeddedLake;
import io.tallyflow.cli.servers.Servers;
import io.tallyflow.connectors.iceberg.table.Lake;
import io.tallyflow.connectors.iceberg.table.LakeView;
import io.tallyflow.connectors.kafka.EventsTopic;
import io.tallyflow.local.embedded.Topics;
import io.tallyflow.operations.counting.LakeAccess;
import io.tallyflow.operations.counting.WholeLake;
import io.tallyflow.results.FirstCause;
import io.tallyflow.results.Question;
import io.tallyflow.results.RequestFailedException;
import io.tallyflow.results.RequestRefusedException;
import io.tallyflow.results.lake.LakeQueryEngine;
import io.tallyflow.results.query.PostgresQueryEngine;
import io.tallyflow.results.query.QueryEngine;
import io.tallyflow.results.status.ReadRecords;
import io.tallyflow.results.status.TopicWatch;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import picocli.CommandLine;

/**
 * Tells how the past is counted again, by the commands that do it. After each step the totals of
 * every customer are held against what they must be.
 */
public final class Story {

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Duration PAUSE = Duration.ofMillis(200);

    private static final String TOKENS =
            "aggregation: SUM, valueProperty: $.tokens, groupBy: {model: $.model}}\n";
    private static final String METERS =
            "meters:\n"
                    + "  - {slug: tokens, eventType: llm.call, "
                    + TOKENS
                    + "  - {slug: characters, eventType: llm.call, aggregation: SUM, valueProperty:"
                    + " $.characters}\n";
    private static final String TOO =
            "meters:\n  - {slug: tokens_too, eventType: llm.call, " + TOKENS;
    private static final String RIGHT =
            "meters:\n  - {slug: characters, eventType: llm.call, aggregation: SUM,"
                    + " valueProperty: $.answer.characters}\n";

    /** Windows that two meters of one meaning tell differently. */
    private static final Question<Long> DIFFERENT =
            new Question<>(
                    """
                    with one as (
                        select subject, group_by, window_start, value, readings
                        from tallyflow.usage where meter = 'tokens'
                    ), other as (
                        select subject, group_by, window_start, value, readings
                        from tallyflow.usage where meter = 'tokens_too'
                    )
                    select count(*) from (
                        (table one except all table other) union all (table other except all table one)
                    ) d
                    """,
                    row -> row.getLong(1));

    private static final Question<Long> CONSUMED =
            new Question<>(
                    "select coalesce(sum(consumed), 0) from tallyflow.progress",
                    row -> row.getLong(1));

    private static final Question<Long> OPEN =
            new Question<>(
                    "select count(*) from tallyflow.usage where not settled and window_start < ?",
                    row -> row.getLong(1));

    private static final int STEPS = 7;
    private static final int LATER = 60;
    private static final int IMPORTED = 240;

    private final Servers running;
    private final Path directory;
    private final PrintWriter out;
    private final TypedCommands commands;
    private final StoryEvents events;
    private final Instant now;
    private final Instant begin;
    private final Instant corrected;
    private final SortedMap<String, SortedMap<String, Long>> figures = new TreeMap<>();
    private boolean right = true;
    private int step;

    /**
     * @param directory for the files that the story needs
     * @param commands makes the command with all its subcommands
     * @param now time of this machine
     */
    public Story(
            Servers running,
            Path directory,
            Supplier<CommandLine> commands,
            Instant now,
            PrintWriter out) {
        this.running = running;
        this.directory = directory;
        this.out = out;
        this.now = now;
        this.begin = now.truncatedTo(ChronoUnit.MINUTES).minus(Duration.ofHours(1));
        this.corrected = begin.plus(Duration.ofMinutes(20));
        this.commands = new TypedCommands(commands, running.directory().root(), out);
        this.events = new StoryEvents(new EventsTopic(running.kafka(), Topics.EVENTS), begin);
    }

    /** The meters that it begins with, put into a directory. */
    public static Path meters(Path directory) throws IOException {
        return Files.writeString(
                Files.createDirectories(directory).resolve("story-meters.yaml"), METERS);
    }

    /**
     * Tells it.
     *
     * @return whether all figures were right
     * @throws RequestFailedException if a command fails
     */
    public boolean tell() {
        try (Connection connection = running.postgres().connect();
                TopicWatch topic = new TopicWatch(running.kafka(), Topics.EVENTS)) {
            requireNoEvents(connection);
            flow(connection, topic);
            addAMeter(connection, topic);
            correctADefinition();
            takeAnEventBack();
            importAFile(connection, topic);
            explain();
            reconcile();
        } catch (IOException e) {
            throw new RequestFailedException(FirstCause.of(e), e);
        } catch (SQLException e) {
            throw new RequestFailedException("Postgres cannot be asked: " + FirstCause.of(e), e);
        }
        out.println();
        out.println(right ? "every figure was right" : "FIGURES ARE WRONG");
        out.flush();
        return right;
    }

    /** What others have sent would count, too. */
    private void requireNoEvents(Connection connection) throws SQLException {
        if (CONSUMED.one(connection) > 0) {
            throw new RequestRefusedException(
                    "--story begins with no events, and those servers have read some: use another"
                            + " --data-dir");
        }
    }

    private void flow(Connection connection, TopicWatch topic) throws SQLException {
        say(
                "Events flow",
                StoryEvents.PAST
                        + " calls of language models, of three customers, from "
                        + begin
                        + " on. Two meters",
                "count them: tokens by model, and characters.");
        events.send(events.past());
        events.beat(now);
        awaitRead(connection, topic);
        await(
                "windows have not settled",
                () -> OPEN.one(connection, at(now.minusSeconds(120))) == 0);
        commands.type("query", "tokens", "--group-by", "subject", "--group-by", "model");
        figures.put("tokens", events.sums(StoryCall::tokens));
        figures.put("characters", events.sums(StoryCall::characters));
        check();
    }

    private void addAMeter(Connection connection, TopicWatch topic)
            throws IOException, SQLException {
        say(
                "A meter is added, and has counted from the beginning",
                "tokens_too means what tokens means, and comes later. It counts at once, and a",
                "backfill adds what came before: equal to the first one in every window.");
        commands.type("meters", "apply", file("too.yaml", TOO));
        events.send(StoryEvents.from(now.minusSeconds(LATER), StoryEvents.PAST, LATER));
        awaitRead(connection, topic);
        commands.type("backfill", "tokens_too");
        figures.put("tokens", events.sums(StoryCall::tokens));
        figures.put("tokens_too", events.sums(StoryCall::tokens));
        figures.put("characters", events.sums(StoryCall::characters));
        check();
        isSameInEveryWindow(connection);
    }

    private void isSameInEveryWindow(Connection connection) throws SQLException {
        long different = DIFFERENT.one(connection);
        out.println("windows that the two tell differently: " + different);
        right &= different == 0;
    }

    private void correctADefinition() throws IOException {
        say(
                "A wrong definition is put right, from a time in the past on",
                "characters reads those of the prompt; the contract says those of the answer, since",
                corrected + ". Totals of before stay as they are, those since change all at once.");
        commands.type("meters", "apply", file("right.yaml", RIGHT), "--from", corrected.toString());
        commands.type("meters", "history", "characters");
        figures.put("characters", events.sums(this::characters));
        check();
    }

    private long characters(StoryCall call) {
        return call.time().isBefore(corrected) ? call.characters() : call.answered();
    }

    private void takeAnEventBack() {
        StoryCall wrong = wrong();
        say(
                "A wrong event is taken back",
                wrong.id()
                        + " of "
                        + wrong.subject()
                        + " was a load test of 900,000 tokens. Its windows are counted again without it.");
        commands.type(
                "void",
                "--subject",
                wrong.subject(),
                "--source",
                StoryCall.SOURCE,
                "--id",
                wrong.id(),
                "--reason",
                "load test");
        commands.type("correct", "--wait");
        events.forget(wrong);
        countAll();
        check();
    }

    private StoryCall wrong() {
        return events.past().get(StoryEvents.WRONG);
    }

    private void countAll() {
        figures.put("tokens", events.sums(StoryCall::tokens));
        figures.put("tokens_too", events.sums(StoryCall::tokens));
        figures.put("characters", events.sums(this::characters));
    }

    private void importAFile(Connection connection, TopicWatch topic)
            throws IOException, SQLException {
        say(
                "A file of last month is imported, twice",
                IMPORTED
                        + " calls that never came through Kafka. The second time all of them are known, and",
                "nothing counts twice.");
        List<StoryCall> old =
                StoryEvents.from(
                        begin.minus(Duration.ofDays(30)), StoryEvents.PAST + LATER, IMPORTED);
        String file =
                file(
                        "last-month.jsonl",
                        old.stream()
                                .map(StoryCall::json)
                                .collect(Collectors.joining("\n", "", "\n")));
        commands.type("import", file);
        events.count(old);
        awaitRead(connection, topic);
        awaitLake(connection);
        commands.type("import", file);
        awaitRead(connection, topic);
        countAll();
        check();
        isSameInEveryWindow(connection);
    }

    private void explain() {
        StoryCall wrong = wrong();
        say(
                "A number is explained",
                "What are the tokens of "
                        + wrong.subject()
                        + " made of, in the minute of the load test?");
        commands.type(
                "explain",
                "tokens",
                "--subject",
                wrong.subject(),
                "--window",
                wrong.time().toString());
    }

    private void reconcile() {
        say(
                "Everything adds up",
                "All that has settled is counted again from the lake, and held against Postgres and the lake's usage.");
        commands.type("reconcile");
        Map<String, QueryEngine> engines = new LinkedHashMap<>();
        engines.put("Postgres", postgres());
        engines.put(
                "lake",
                new LakeQueryEngine(
                        EmbeddedLake.of(running.postgres(), running.directory().warehouse()),
                        running.postgres().dataSource()));
        right &= new StoryFigures(engines, out).are(figures);
    }

    private void check() {
        right &= new StoryFigures(Map.of("Postgres", postgres()), out).are(figures);
    }

    private QueryEngine postgres() {
        return new PostgresQueryEngine(running.postgres().dataSource());
    }

    private static OffsetDateTime at(Instant time) {
        return time.atOffset(ZoneOffset.UTC);
    }

    private String file(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text).toString();
    }

    private void say(String title, String... text) {
        step++;
        out.println();
        out.println(step + " of " + STEPS + "  " + title);
        for (String line : text) {
            out.println("        " + line);
        }
        out.flush();
    }

    /** Until the job has committed what is in the topic now. */
    private void awaitRead(Connection connection, TopicWatch topic) throws SQLException {
        ReadRecords records = new ReadRecords(topic);
        if (records.problem() != null) {
            throw new RequestFailedException(records.problem());
        }
        await("the job has not read all events", () -> records.areCommitted(connection));
        connection.setReadOnly(false);
        connection.setAutoCommit(true);
    }

    /** Until the lake holds what was accepted. */
    private void awaitLake(Connection connection) throws SQLException, IOException {
        out.println("(waiting for the lake to hold it)");
        out.flush();
        try (Lake lake =
                LakeAccess.open(
                        EmbeddedLake.of(running.postgres(), running.directory().warehouse()))) {
            await(
                    "the lake does not hold what was accepted",
                    () -> WholeLake.isSeen(connection, LakeView.of(lake)));
        }
    }

    private interface Condition {
        boolean holds() throws SQLException;
    }

    private void await(String what, Condition condition) throws SQLException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.holds()) {
            if (System.nanoTime() - deadline > 0) {
                throw new RequestFailedException("after " + PATIENCE.toSeconds() + " s " + what);
            }
            running.pause(PAUSE);
        }
    }
}
