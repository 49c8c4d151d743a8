package io.tallyflow.operations.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallyflow.connectors.iceberg.write.SmallLake;
import io.tallyflow.connectors.postgres.LoginUser;
import io.tallyflow.connectors.postgres.PostgresServer;
import io.tallyflow.connectors.postgres.schema.AskedVersions;
import io.tallyflow.connectors.postgres.schema.MeterRegistry;
import io.tallyflow.functions.meter.MeterReader;
import io.tallyflow.results.PostgresAddress;
import io.tallyflow.results.Question;
import io.tallyflow.results.RequestFailedException;
import io.tallyflow.results.RequestRefusedException;
import io.tallyflow.schemas.commit.CommitName;
import io.tallyflow.schemas.event.UsageEvent;
import io.tallyflow.schemas.measure.Aggregation;
import io.tallyflow.schemas.measure.UsagePartial;
import io.tallyflow.schemas.measure.UsagePartials;
import io.tallyflow.schemas.meter.GroupText;
import io.tallyflow.schemas.meter.Meter;
import io.tallyflow.schemas.meter.MeterFile;
import io.tallyflow.schemas.meter.MeterVersion;
import io.tallyflow.schemas.stream.LakeRow;
import io.tallyflow.schemas.usage.Reading;
import io.tallyflow.schemas.usage.UsageCell;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Counting from the lake what the stream did not count, by a user who may no more than write. */
final class BackfillTest {

    private static final Instant FIRST_DAY = Instant.parse("2026-03-01T00:00:00Z");
    private static final long COMMIT = 5;
    private static final RunLimits LIMITS = new RunLimits(2, 64 << 20, 1_000);
    private static final RunListener DEAF = new RunListener() {};

    @TempDir private Path directory;

    private PostgresServer.Database database;
    private LoginUser writer;
    private SmallLake lake;
    private long commits = COMMIT;
    private long accepted;

    @BeforeEach
    void start() throws Exception {
        database = PostgresServer.migrated();
        writer = new LoginUser(database, "tallyflow_writer");
        lake = new SmallLake(database, directory);
        run("insert into tallyflow.ledger (pipeline, commit, shards) values ('p', 5, 1)");
    }

    @AfterEach
    void stop() throws Exception {
        lake.close();
        writer.close();
        database.close();
    }

    @Test
    void countsExactlyWhatTheStreamDidNot() throws Exception {
        for (int seed = 0; seed < 12; seed++) {
            World world = new World(new Random(seed), "m" + seed);
            world.write();
            RunLimits limits =
                    new RunLimits(
                            1 + world.random.nextInt(3),
                            world.random.nextBoolean() ? 20_000 : 64 << 20,
                            world.random.nextBoolean() ? 3 : 1_000);
            List<Backfill.Outcome> outcomes = backfill(world.slug, limits, DEAF);
            assertThat(outcomes).as("seed %d", seed).hasSize(1);
            TreeMap<String, String> expected = world.expected(limits.mostGroups());
            assertThat(rows(world.slug)).as("seed %d", seed).isEqualTo(expected);
            assertThat(outcomes.get(0).windows()).isEqualTo(expected.size());
            assertThat(outcomes.get(0).events()).isEqualTo(world.counted());
        }
    }

    @Test
    void goesOnWithTheNextDayAndForgetsWhatADeadProcessHadBegun() throws Exception {
        count("m", "{slug: m, eventType: m, aggregation: COUNT}", days(4), 1);
        List<LocalDate> seen = new ArrayList<>();
        RunListener dies =
                new RunListener() {
                    @Override
                    public void done(LocalDate day, long events, long windows) {
                        seen.add(day);
                        if (seen.size() == 2) {
                            throw new IllegalStateException("power is gone");
                        }
                    }
                };
        assertThatThrownBy(() -> backfill("m", LIMITS, dies)).hasMessageContaining("power is gone");
        assertThat(usage("m")).isEmpty();
        run(
                """
                insert into tallyflow.usage_row (cell, window_start, layer, shard, commit, readings,
                    settled)
                select u.cell, u.window_start + interval '2 days', u.layer, u.shard, u.commit, 99, true
                from tallyflow.usage_row u order by u.window_start limit 1
                """);
        List<Backfill.Outcome> outcomes =
                backfill(
                        "m",
                        LIMITS,
                        new RunListener() {
                            @Override
                            public void begins(long run, int days) {
                                assertThat(run).isEqualTo(1);
                                assertThat(days).isEqualTo(2);
                            }
                        });
        assertThat(outcomes.get(0).events()).isEqualTo(4);
        assertThat(usage("m"))
                .containsExactly("01 00:00 1", "02 00:00 1", "03 00:00 1", "04 00:00 1");
        assertThat(ask("select state || events || windows from tallyflow.run"))
                .containsExactly("shown44");
    }

    @Test
    void givesUpWhatWasBegunForAnotherTime() throws Exception {
        count("m", "{slug: m, eventType: m, aggregation: COUNT}", days(4), 1);
        RunListener dies =
                new RunListener() {
                    @Override
                    public void done(LocalDate day, long events, long windows) {
                        throw new IllegalStateException("power is gone");
                    }
                };
        assertThatThrownBy(() -> backfill("m", LIMITS, dies)).isNotNull();
        Instant day = FIRST_DAY.plus(Duration.ofDays(1));
        assertThat(backfill("m", day, day.plus(Duration.ofDays(1)))).hasSize(1);
        assertThat(usage("m")).containsExactly("02 00:00 1");
        assertThat(ask("select run || state from tallyflow.run order by run"))
                .containsExactly("1failed", "2shown");
        assertThat(ask("select layer::text from tallyflow.usage_row")).hasSize(1);
    }

    @Test
    void countsNoTimeTwice() throws Exception {
        count("m", "{slug: m, eventType: m, aggregation: COUNT}", days(4), 1);
        Instant day = FIRST_DAY.plus(Duration.ofDays(1));
        backfill("m", day, day.plus(Duration.ofDays(1)));
        assertThat(ask("select complete_from::text from tallyflow.meter"))
                .containsExactly("2026-03-04 00:01:00+00");
        assertThat(backfill("m", LIMITS, DEAF)).hasSize(2);
        assertThat(usage("m"))
                .containsExactly("01 00:00 1", "02 00:00 1", "03 00:00 1", "04 00:00 1");
        assertThat(ask("select coalesce(complete_from::text, 'whole') from tallyflow.meter"))
                .containsExactly("whole");
        assertThat(backfill("m", LIMITS, DEAF)).isEmpty();
        assertThat(ask("select value::text from tallyflow.query('m')")).containsExactly("4");
    }

    @Test
    void isWholeFromWhereRunsAndStreamMeet() throws Exception {
        count("m", "{slug: m, eventType: m, aggregation: COUNT}", days(4), 1);
        backfill("m", FIRST_DAY.plus(Duration.ofDays(2)), null);
        assertThat(ask("select complete_from::text from tallyflow.meter"))
                .containsExactly("2026-03-03 00:00:00+00");
    }

    @Test
    void endsIfTheResultsAreRewoundToBeforeItsCut() throws Exception {
        count("m", "{slug: m, eventType: m, aggregation: COUNT}", days(3), 1);
        RunListener rewinds =
                new RunListener() {
                    @Override
                    public void done(LocalDate day, long events, long windows) {
                        try {
                            run("update tallyflow.counting_run set state = 'undone'");
                        } catch (SQLException e) {
                            throw new IllegalStateException(e);
                        }
                    }
                };
        assertThatThrownBy(() -> backfill("m", LIMITS, rewinds))
                .isInstanceOf(RequestFailedException.class)
                .hasMessageContaining("run 1 was ended by others");
        assertThat(usage("m")).isEmpty();
        assertThat(backfill("m", LIMITS, DEAF).get(0).run()).isEqualTo(2);
        assertThat(usage("m")).hasSize(3);
        assertThat(ask("select distinct layer::text from tallyflow.usage_row")).hasSize(1);
        assertThat(ask("select state || swept from tallyflow.counting_run order by run"))
                .containsExactly("undonetrue", "shownfalse");
    }

    @Test
    void letsAVersionTakeThePlaceOfTheOneBeforeItOnceItLacksNothing() throws Exception {
        redefine("02");
        assertThat(usage("m"))
                .containsExactly("01 00:00 1", "02 00:00 1", "03 00:00 1", "04 00:00 1");
        List<String> seen = new ArrayList<>();
        RunListener looks =
                new RunListener() {
                    @Override
                    public void done(LocalDate day, long events, long windows) {
                        try {
                            seen.addAll(usage("m"));
                        } catch (SQLException e) {
                            throw new IllegalStateException(e);
                        }
                    }
                };
        assertThat(version(2, looks).get(0).events()).isEqualTo(3);
        assertThat(seen).hasSize(3 * 4);
        assertThat(ask("select kind || state || events from tallyflow.run order by run"))
                .containsExactly("backfillshown4", "redefineshown3");
        assertThat(
                        ask(
                                """
                                select to_char(window_start at time zone 'UTC', 'DD') || group_by || value
                                from tallyflow.usage order by 1
                                """))
                .containsExactly(
                        "01{}1", "02{\"x\": \"x\"}1", "03{\"x\": \"x\"}1", "04{\"x\": \"x\"}1");
        assertThat(ask("select version || state from tallyflow.meter_version order by 1"))
                .containsExactly("1shown", "2shown");
        assertThat(
                        ask(
                                "select version || to_char(counts_to at time zone 'UTC', 'DD')"
                                        + " from tallyflow.meter_request where kind = 'end'"))
                .containsExactly("102");
        assertThat(ask("select value::text from tallyflow.query('m')")).containsExactly("4");
        assertThat(version(2, DEAF)).isEmpty();
    }

    @Test
    void showsNoVersionWhosePlaceAnotherHasTaken() throws Exception {
        redefine("02");
        RunListener another =
                new RunListener() {
                    @Override
                    public void begins(long run, int days) {
                        try (Connection connection = database.connect()) {
                            long request = AskedVersions.ask(connection, List.of(changed(3, "05")));
                            MeterRegistry.register(
                                    connection, 0, request, 7, unused -> FIRST_DAY.toEpochMilli());
                        } catch (SQLException e) {
                            throw new IllegalStateException(e);
                        }
                    }
                };
        assertThatThrownBy(() -> version(2, another))
                .isInstanceOf(RequestFailedException.class)
                .hasMessageContaining("another version took its place");
        assertThat(usage("m")).hasSize(4);
    }

    /** A second version, registered by the commit that the first one was, from a day on. */
    private void redefine(String day) throws Exception {
        count("m", "{slug: m, eventType: m, aggregation: COUNT}", days(4), 1);
        try (Connection connection = database.connect()) {
            long request = AskedVersions.ask(connection, List.of(changed(2, day)));
            MeterRegistry.register(
                    connection,
                    0,
                    request,
                    commits,
                    unused -> FIRST_DAY.plus(Duration.ofDays(3)).toEpochMilli());
        }
        assertThat(backfill("m", LIMITS, DEAF).get(0).events()).isEqualTo(4);
    }

    private static MeterVersion changed(int version, String day) {
        return new MeterVersion(
                MeterFile.parse(
                                "m",
                                "meters: [{slug: m, eventType: m, aggregation: COUNT, groupBy:"
                                        + " {x: $.x}}]")
                        .get(0),
                version,
                Instant.parse("2026-03-" + day + "T00:00:00Z").toEpochMilli(),
                MeterVersion.ALWAYS_TO);
    }

    private List<Backfill.Outcome> version(int version, RunListener listener) {
        return new Backfill(address(), lake.options(), LIMITS, listener)
                .run(Backfill.Request.version("m", version, Duration.ZERO));
    }

    @Test
    void runsAlone() throws Exception {
        count("m", "{slug: m, eventType: m, aggregation: COUNT}", days(1), 1);
        RunListener another =
                new RunListener() {
                    @Override
                    public void begins(long run, int days) {
                        assertThatThrownBy(() -> backfill("m", LIMITS, DEAF))
                                .isInstanceOf(RequestFailedException.class)
                                .hasMessageContaining("another run is under way");
                    }
                };
        assertThat(backfill("m", LIMITS, another)).hasSize(1);
    }

    @Test
    void waitsForTheLake() throws Exception {
        count("m", "{slug: m, eventType: m, aggregation: COUNT}", days(1), 1);
        // One more was accepted before the commit, and is not in the lake yet.
        run("update tallyflow.ledger_history set consumed = consumed + 1, metered = metered + 1");
        run("update tallyflow.ledger_history set checkpoint = checkpoint + 1");
        assertThatThrownBy(() -> backfill("m", LIMITS, DEAF))
                .isInstanceOf(RequestFailedException.class)
                .hasMessageContaining("does not hold yet all events of before commit 6");
        assertThat(ask("select run::text from tallyflow.run")).isEmpty();
        LakeRow late = row("m", FIRST_DAY.plusSeconds(60), 0, "late");
        lake.commit(0, List.of(late));
        assertThat(backfill("m", LIMITS, DEAF).get(0).events()).isEqualTo(2);
    }

    @Test
    void doesNotTakeALakeOfBeforeARewindForOneThatIsWhole() throws Exception {
        count("m", "{slug: m, eventType: m, aggregation: COUNT}", days(1), 1);
        // As many were accepted, and the lake's batch is of a commit that is no more.
        run("update tallyflow.ledger_history set checkpoint = checkpoint + 1");
        run("update tallyflow.ledger set epoch = 1");
        assertThatThrownBy(() -> backfill("m", LIMITS, DEAF))
                .isInstanceOf(RequestFailedException.class)
                .hasMessageContaining("does not hold yet all events");
        run("update tallyflow.ledger set epoch = 0");
        assertThat(backfill("m", LIMITS, DEAF)).hasSize(1);
    }

    @Test
    void onlyCountsIfAsked() throws Exception {
        count("m", "{slug: m, eventType: m, aggregation: COUNT}", days(2), 1);
        List<Backfill.Outcome> outcomes =
                new Backfill(address(), lake.options(), LIMITS, DEAF)
                        .run(
                                new Backfill.Request(
                                        "m", null, null, null, null, false, Duration.ZERO));
        assertThat(outcomes.get(0).events()).isEqualTo(2);
        assertThat(outcomes.get(0).shownInCommit()).isNull();
        assertThat(ask("select layer::text from tallyflow.usage_row")).isEmpty();
        assertThat(ask("select run::text from tallyflow.run")).isEmpty();
    }

    @Test
    void saysWhatCannotBeCounted() throws Exception {
        assertThatThrownBy(() -> backfill("nothing", LIMITS, DEAF))
                .isInstanceOf(RequestRefusedException.class)
                .hasMessageContaining("there is no meter nothing");
        count("m", "{slug: m, eventType: m, aggregation: COUNT, windowSize: HOUR}", days(1), 1);
        assertThatThrownBy(() -> backfill("m", FIRST_DAY.plusSeconds(60), null))
                .isInstanceOf(RequestRefusedException.class)
                .hasMessageContaining("is within a window of m, whose windows are of one HOUR");
        try (Connection connection = database.connect()) {
            AskedVersions.ask(
                    connection,
                    MeterVersion.firsts(
                            MeterFile.parse(
                                    "m", "meters: [{slug: n, eventType: n, aggregation: COUNT}]")));
        }
        assertThatThrownBy(() -> backfill("n", LIMITS, DEAF))
                .isInstanceOf(RequestRefusedException.class)
                .hasMessageContaining("no commit counts by meter n yet");
    }

    @Test
    void saysThatOneWindowDoesNotFitIntoMemory() throws Exception {
        List<LakeRow> events = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            events.add(row("m", FIRST_DAY, 0, "value " + i));
        }
        count(
                "m",
                "{slug: m, eventType: m, aggregation: UNIQUE_COUNT, valueProperty: $.x}",
                events,
                1);
        assertThatThrownBy(() -> backfill("m", new RunLimits(1, 5_000, 10), DEAF))
                .isInstanceOf(RequestFailedException.class)
                .hasMessageContaining("the distinct values of one subject in one window of m")
                .hasMessageContaining("TALLYFLOW_JAVA_OPTS");
    }

    /** One event at the beginning of each day. */
    private static List<LakeRow> days(int days) {
        List<LakeRow> rows = new ArrayList<>();
        for (int day = 0; day < days; day++) {
            rows.add(row("m", FIRST_DAY.plus(Duration.ofDays(day)), 0, "x"));
        }
        return rows;
    }

    private static LakeRow row(String type, Instant at, long definitions, String id) {
        return LakeRow.accepted(
                new UsageEvent(
                        "s",
                        "source",
                        id,
                        type,
                        at.toEpochMilli() * 1_000,
                        ("{\"x\":\"" + id + "\"}").getBytes(StandardCharsets.UTF_8),
                        0,
                        0,
                        0),
                definitions);
    }

    /** Puts events into the lake, and registers a meter by a commit after them. */
    private long count(String slug, String meter, List<LakeRow> events, int batches)
            throws Exception {
        Meter defined = MeterFile.parse("meters.yaml", "meters: [" + meter + "]").get(0);
        assertThat(defined.slug()).isEqualTo(slug);
        long newest =
                events.stream()
                        .mapToLong(row -> row.accepted().timeMicros() / 1_000)
                        .max()
                        .orElse(0);
        CommitName name = CommitName.NONE;
        for (int batch = 0; batch < batches; batch++) {
            int size = events.size();
            name =
                    lake.commit(
                            0,
                            events.subList(batch * size / batches, (batch + 1) * size / batches));
        }
        accepted += events.size();
        commits++;
        try (Connection connection = database.connect()) {
            connection.setAutoCommit(false);
            long request = AskedVersions.ask(connection, MeterVersion.firsts(List.of(defined)));
            MeterRegistry.register(connection, 0, request, commits, unused -> newest);
            Question.run(
                    connection,
                    """
                    insert into tallyflow.ledger_history (pipeline, epoch, commit, token, checkpoint,
                        prev_token, prev_checkpoint, committed_at, offsets, consumed, metered,
                        unmatched, duplicate, conflict, stale, rejected, readings, adjusted, ignored,
                        reasons)
                    values ('p', 0, ?, ?, ?, 0, 0, now(), '{}', ?, ?, 0, 0, 0, 0, 0, 0, 0, 0, '{}')
                    """,
                    commits,
                    name.token(),
                    name.checkpoint(),
                    accepted,
                    accepted);
            Question.run(connection, "update tallyflow.ledger set commit = ?", commits);
            connection.commit();
            return request;
        }
    }

    private List<Backfill.Outcome> backfill(String slug, RunLimits limits, RunListener listener) {
        return new Backfill(address(), lake.options(), limits, listener)
                .run(Backfill.Request.all(slug, Duration.ZERO));
    }

    private List<Backfill.Outcome> backfill(
            String slug, @Nullable Instant from, @Nullable Instant to) throws SQLException {
        return new Backfill(address(), lake.options(), LIMITS, DEAF)
                .run(new Backfill.Request(slug, null, from, to, "because", true, Duration.ZERO));
    }

    private PostgresAddress address() {
        return new PostgresAddress(
                database.url(), writer.name(), writer.dataSource().getPassword());
    }

    private List<String> usage(String slug) throws SQLException {
        return ask(
                """
                select to_char(window_start at time zone 'UTC', 'DD HH24:MI') || ' ' || value
                from tallyflow.usage where meter = '%s' order by 1
                """
                        .formatted(slug));
    }

    /** What a run has written, as text: by subject, group and window. */
    private TreeMap<String, String> rows(String slug) throws SQLException {
        TreeMap<String, String> rows = new TreeMap<>();
        try (Connection connection = database.connect()) {
            new Question<>(
                            """
                            select c.subject, c.group_by::text, extract(epoch from u.window_start)::bigint,
                                u.readings, u.sum, u.min, u.max, u.latest, u.latest_id,
                                (select string_agg(v.value, ',' order by v.value collate "C")
                                 from tallyflow.distinct_value v
                                 join tallyflow.cell o on o.cell = v.cell
                                 where v.layer = u.layer and v.window_start = u.window_start
                                   and o.layer = v.layer and o.subject = c.subject
                                   and o.group_by = c.group_by)
                            from tallyflow.usage_row u
                            join tallyflow.cell c on c.cell = u.cell
                            join tallyflow.layer l on l.layer = u.layer
                            where l.slug = ? and l.kind = 'run' and l.shown
                            """,
                            row ->
                                    rows.put(
                                            row.getString(1)
                                                    + row.getString(2).replace(" ", "")
                                                    + row.getLong(3),
                                            row.getLong(4)
                                                    + number(row.getBigDecimal(5))
                                                    + number(row.getBigDecimal(6))
                                                    + number(row.getBigDecimal(7))
                                                    + number(row.getBigDecimal(8))
                                                    + row.getString(9)
                                                    + row.getString(10)))
                    .all(connection, slug);
        }
        return rows;
    }

    private static String number(@Nullable BigDecimal number) {
        return "|" + (number == null ? "" : number.stripTrailingZeros().toPlainString());
    }

    private List<String> ask(String sql) throws SQLException {
        try (Connection connection = database.connect()) {
            return new Question<>(sql, row -> row.getString(1)).all(connection);
        }
    }

    private void run(String sql) throws SQLException {
        try (Connection connection = database.connect()) {
            Question.run(connection, sql);
        }
    }

    /** One meter and random events, some of which the stream has counted. */
    private final class World {

        private static final int OTHER_REQUEST = 1_000_000;

        final Random random;
        final String slug;
        final List<UsageEvent> lacking = new ArrayList<>();
        final List<LakeRow> rows = new ArrayList<>();
        private final String definition;

        World(Random random, String slug) {
            this.random = random;
            this.slug = slug;
            Aggregation aggregation = Aggregation.values()[random.nextInt(7)];
            definition =
                    "{slug: %s, eventType: t%s, aggregation: %s%s, windowSize: %s%s}"
                            .formatted(
                                    slug,
                                    slug,
                                    aggregation,
                                    aggregation.needsValue() ? ", valueProperty: $.x" : "",
                                    List.of("MINUTE", "HOUR", "DAY").get(random.nextInt(3)),
                                    random.nextBoolean() ? ", groupBy: {g: $.g, h: $.h}" : "");
            int events = random.nextInt(300);
            for (int i = 0; i < events; i++) {
                boolean isOther = random.nextInt(8) == 0;
                UsageEvent event = event(i, isOther ? "other" : "t" + slug);
                // 0 is before every request, the other one after all of them.
                long definitions = random.nextInt(3) == 0 ? OTHER_REQUEST : 0;
                rows.add(LakeRow.accepted(event, definitions));
                if (!isOther && definitions == 0) {
                    lacking.add(event);
                }
            }
        }

        private UsageEvent event(int number, String type) {
            Instant at =
                    FIRST_DAY.plusMillis(
                            random.nextInt(4) == 0
                                    ? 86_400_000L * random.nextInt(4)
                                    : random.nextInt(3 * 86_400_000));
            String data =
                    "{\"x\":%s,\"g\":\"%d\",\"h\":\"%d\"}"
                            .formatted(
                                    List.of("1", "-2.5", "1E+3", "\"none\"", "0.1", "7")
                                            .get(random.nextInt(6)),
                                    random.nextInt(6),
                                    random.nextInt(2));
            return new UsageEvent(
                    "s" + random.nextInt(3),
                    "source",
                    "id" + number,
                    type,
                    at.toEpochMilli() * 1_000,
                    data.getBytes(StandardCharsets.UTF_8),
                    0,
                    number,
                    0);
        }

        void write() throws Exception {
            count(slug, definition, rows, 1 + random.nextInt(4));
        }

        private Meter meter() {
            return MeterFile.parse("m", "meters: [" + definition + "]").get(0);
        }

        long counted() {
            MeterReader reader = MeterReader.ofFirsts(List.of(meter()));
            return lacking.stream().mapToLong(event -> reader.read(event).readings().size()).sum();
        }

        TreeMap<String, String> expected(int mostGroups) {
            MeterReader reader = MeterReader.ofFirsts(List.of(meter()));
            Map<UsageCell, Set<String>> groups = new HashMap<>();
            List<Map.Entry<UsageEvent, Reading>> readings = new ArrayList<>();
            for (UsageEvent event : lacking) {
                for (Reading reading : reader.read(event).readings()) {
                    readings.add(Map.entry(event, reading));
                    UsageCell cell = reading.cell(event.subject());
                    groups.computeIfAbsent(with(cell, ""), key -> new HashSet<>())
                            .add(cell.group());
                }
            }
            Map<UsageCell, UsagePartial> partials = new HashMap<>();
            Map<UsageCell, Set<String>> values = new HashMap<>();
            for (Map.Entry<UsageEvent, Reading> one : readings) {
                UsageCell cell = one.getValue().cell(one.getKey().subject());
                List<String> sorted =
                        groups.get(with(cell, "")).stream()
                                .sorted(Comparator.naturalOrder())
                                .toList();
                if (sorted.indexOf(cell.group()) >= mostGroups) {
                    cell = with(cell, GroupText.other(cell.group()));
                }
                partials.merge(cell, one.getValue().partial(one.getKey()), UsagePartials::merge);
                if (one.getValue().distinct() != null) {
                    values.computeIfAbsent(cell, key -> new HashSet<>())
                            .add(one.getValue().distinct());
                }
            }
            TreeMap<String, String> expected = new TreeMap<>();
            partials.forEach(
                    (cell, whole) -> {
                        UsagePartial partial = UsagePartials.keptBy(meter().aggregation(), whole);
                        expected.put(
                                cell.subject() + cell.group() + cell.windowStartMillis() / 1_000,
                                partial.readings()
                                        + number(partial.sum())
                                        + number(partial.min())
                                        + number(partial.max())
                                        + number(partial.latest())
                                        + partial.latestId()
                                        + (values.containsKey(cell)
                                                ? String.join(
                                                        ",",
                                                        values.get(cell).stream().sorted().toList())
                                                : "null"));
                    });
            return expected;
        }

        private static UsageCell with(UsageCell cell, String group) {
            return new UsageCell(
                    cell.meter(),
                    cell.subject(),
                    group,
                    cell.windowStartMillis(),
                    cell.windowEndMillis());
        }
    }
}
