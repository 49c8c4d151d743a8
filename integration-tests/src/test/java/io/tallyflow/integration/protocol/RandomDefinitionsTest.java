package io.tallyflow.integration.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.connectors.postgres.PostgresSinkOptions;
import io.tallyflow.connectors.postgres.PostgresUsageSink;
import io.tallyflow.connectors.postgres.schema.AskedVersions;
import io.tallyflow.connectors.postgres.schema.MeterRequests;
import io.tallyflow.functions.parse.UsageEventParser;
import io.tallyflow.results.Question;
import io.tallyflow.schemas.commit.RewindTarget;
import io.tallyflow.schemas.event.Lane;
import io.tallyflow.schemas.event.UsageEvent;
import io.tallyflow.schemas.meter.Definitions;
import io.tallyflow.schemas.meter.GroupDimension;
import io.tallyflow.schemas.meter.Meter;
import io.tallyflow.schemas.meter.MeterVersion;
import io.tallyflow.schemas.meter.PackedDefinitions;
import io.tallyflow.schemas.stream.LakeRow;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Definitions that change at random moments, while the job crashes, rewinds and changes its
 * parallelism. The oracle knows events, the number that is written on each, and the definitions as
 * of each number; no more.
 */
final class RandomDefinitionsTest {

    private static ProtocolDatabase database;

    @BeforeAll
    static void startDatabase() throws Exception {
        database = new ProtocolDatabase();
    }

    @AfterAll
    static void stopDatabase() throws Exception {
        database.close();
    }

    static List<Long> seeds() {
        return Seeds.upTo(4);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void countsEachEventByTheVersionsThatItIsStampedFor(long seed) throws Exception {
        database.clear();
        new Run(seed, null).toTheEnd();
    }

    static List<Long> seedsOfThePast() {
        return Seeds.upTo(2);
    }

    @ParameterizedTest
    @MethodSource("seedsOfThePast")
    void countsThePastAgainAtAnyMoment(long seed, @TempDir Path directory) throws Exception {
        database.clear();
        new Run(seed, new CountedPast(database, directory)).toTheEnd();
    }

    /** One schedule. */
    private static final class Run {

        private static final long MINUTE = 60_000;
        private static final String SLUG = "tokens";

        private final Random random;

        /** Null if nothing is counted again. */
        private final @Nullable CountedPast past;

        private final UsageEventParser parser = new UsageEventParser();
        private final UsageLog log;
        private final Faults connections;
        private final TreeMap<Long, Definitions> asOf = new TreeMap<>();
        private Definitions built;
        private final List<Done> completed = new ArrayList<>();
        private PipelineRig rig;
        private long told;
        private int versions = 1;
        private long checkpoint;
        private int crashes;
        private int rewinds;
        private long compared;

        private record Done(PipelineRig.Snapshot snapshot, long commit, long epoch) {}

        Run(long seed, @Nullable CountedPast past) throws Exception {
            this.past = past;
            this.random = new Random(seed);
            this.log = new UsageLog(seed, 3, 250);
            this.connections = database.connections();
            this.built = look();
            this.told = built.request();
            this.rig = PipelineRig.fresh(log, sink(null), 1 + random.nextInt(3), 1, built);
        }

        void toTheEnd() throws Exception {
            try {
                while (rig.hasMore()) {
                    step();
                }
                tell();
                completeOne();
                // What was asked for by that commit is taken up, too.
                tell();
                completeOne();
                countAgain();
                assertThat(compared > 0).isEqualTo(past != null);
            } finally {
                rig.close();
            }
        }

        private void step() throws Exception {
            int dice = random.nextInt(100);
            if (dice < 76) {
                rig.read(random.nextInt(log.partitions()));
                rig.advance(Set.of());
            } else if (dice < 80) {
                ask();
            } else if (dice < 86) {
                tell();
            } else if (dice < 89) {
                rig.barrier(++checkpoint); // declined
            } else if (dice < 96) {
                completeOne();
            } else if (dice < 97) {
                countAgain();
            } else if (crashes++ < 8) {
                crash();
            }
        }

        /** Something else is to be counted. */
        private void ask() throws Exception {
            int what = random.nextInt(10);
            if (what < 7) {
                define();
            } else if (what < 9) {
                MeterRequests.withdraw(database.dataSource(), SLUG, versions);
            } else if (random.nextInt(3) == 0) {
                MeterRequests.retire(database.dataSource(), SLUG, boundary(5));
            }
            look();
        }

        private void define() throws SQLException {
            Meter before = UsageLog.meters().get(0);
            List<GroupDimension> groups = random.nextBoolean() ? List.of() : before.groupBy();
            Meter meter =
                    new Meter(
                            SLUG,
                            "",
                            before.eventType(),
                            before.aggregation(),
                            before.valuePath(),
                            groups,
                            before.windowSize());
            try (Connection connection = database.connect()) {
                AskedVersions.ask(
                        connection,
                        List.of(
                                new MeterVersion(
                                        meter,
                                        ++versions,
                                        boundary(random.nextInt(4) - 1).toEpochMilli(),
                                        MeterVersion.ALWAYS_TO)));
            }
        }

        /** Some minutes after what has been read. */
        private Instant boundary(int minutes) {
            long newest = Instant.parse("2026-03-01T00:00:00Z").toEpochMilli();
            for (int p = 0; p < log.partitions(); p++) {
                for (UsageLog.Entry entry : read(p, rig.offsets())) {
                    newest = Math.max(newest, entry.record().kafkaTimeMillis());
                }
            }
            return Instant.ofEpochMilli((newest / MINUTE + 1 + minutes) * MINUTE);
        }

        private List<UsageLog.Entry> read(int partition, long[] offsets) {
            return log.partition(partition).subList(0, (int) offsets[partition]);
        }

        /** The newest definitions; what they are as of their number stays so. */
        private Definitions look() throws SQLException {
            try (Connection connection = database.connect()) {
                Definitions newest = MeterRequests.after(connection, 0);
                asOf.putIfAbsent(newest.request(), newest);
                return newest;
            }
        }

        private void tell() throws Exception {
            Definitions newest = look();
            if (newest.request() > told) {
                told = newest.request();
                rig.tell(PackedDefinitions.of(newest));
            }
        }

        /** At the commit that has just been made. */
        private void countAgain() throws Exception {
            countAgain(/* afterRewind= */ false);
        }

        /** A rewind takes runs back, and their versions stay in their places. */
        private void countAgain(boolean afterRewind) throws Exception {
            PipelineRig.Snapshot snapshot = complete();
            if (past == null || !afterRewind) {
                demandTruth(snapshot);
            }
            if (past == null) {
                return;
            }
            List<LakeRow> accepted = accepted(snapshot);
            for (int i = random.nextInt(4); i > 0 && !accepted.isEmpty(); i--) {
                past.takeBack(accepted.get(random.nextInt(accepted.size())).accepted());
            }
            past.with(
                    accepted,
                    lake -> {
                        if ((afterRewind || random.nextBoolean()) && !shown().isEmpty()) {
                            past.backfill(lake, SLUG, null);
                        }
                        for (int hidden : hidden()) {
                            if (random.nextBoolean()) {
                                past.backfill(lake, SLUG, hidden);
                            }
                        }
                        past.correct(lake);
                        demandTruth(snapshot);
                        compared += past.reconcile(lake);
                    });
        }

        private List<LakeRow> accepted(PipelineRig.Snapshot snapshot) {
            List<LakeRow> accepted = new ArrayList<>();
            for (int p = 0; p < log.partitions(); p++) {
                for (UsageLog.Entry entry : read(p, snapshot.offsets())) {
                    if (entry.lane() == Lane.METERED || entry.lane() == Lane.UNMATCHED) {
                        accepted.add(LakeRow.accepted(event(entry), snapshot.stamp(entry)));
                    }
                }
            }
            return accepted;
        }

        private UsageEvent event(UsageLog.Entry entry) {
            return Objects.requireNonNull(parser.parse(entry.record()).event());
        }

        /** Versions that totals can be taken from next. */
        private static List<Integer> hidden() throws SQLException {
            try (Connection connection = database.connect()) {
                return new Question<>(
                                """
                                select version from tallyflow.meter_version
                                where slug = 'tokens' and state = 'registered' and version > (
                                    select max(l.version) from tallyflow.layer l
                                    where l.slug = 'tokens' and l.kind = 'stream' and l.shown)
                                order by version
                                """,
                                row -> row.getInt(1))
                        .all(connection);
            }
        }

        /** Those that no total includes any more. */
        private static Set<String> takenBack() throws SQLException {
            try (Connection connection = database.connect()) {
                return new HashSet<>(
                        new Question<>(
                                        "select id from tallyflow.void where state = 'applied'",
                                        row -> row.getString(1))
                                .all(connection));
            }
        }

        private void completeOne() throws Exception {
            demandTruth(complete());
        }

        private PipelineRig.Snapshot complete() throws Exception {
            PipelineRig.Snapshot snapshot = rig.barrier(++checkpoint);
            connections.breakSomewhere(random);
            try {
                rig.complete(checkpoint);
            } catch (Exception e) {
                connections.heal();
                restart(snapshot);
            }
            connections.heal();
            completed.add(new Done(snapshot, number("commit"), number("epoch")));
            return snapshot;
        }

        private void crash() throws Exception {
            if (completed.isEmpty()) {
                rig.close();
                rig = PipelineRig.fresh(log, sink(null), 1 + random.nextInt(3), 1, graph());
            } else if (rewinds < 2 && random.nextInt(3) == 0) {
                rewinds++;
                Done target = completed.get(random.nextInt(completed.size()));
                long epoch = number("epoch");
                rig.close();
                rig =
                        PipelineRig.rewound(
                                log,
                                sink(new RewindTarget(target.commit(), epoch)),
                                1 + random.nextInt(3),
                                target.snapshot(),
                                start());
                completed.removeIf(done -> done.commit() > target.commit());
                checkpoint = target.snapshot().checkpoint();
                countAgain(/* afterRewind= */ true);
            } else {
                restart(completed.get(completed.size() - 1).snapshot());
            }
        }

        private void restart(PipelineRig.Snapshot snapshot) throws Exception {
            rig.close();
            rig = PipelineRig.restored(log, sink(null), 1 + random.nextInt(3), snapshot, graph());
        }

        /** A failover runs the graph of before and is told again; a start is built anew. */
        private Definitions graph() throws SQLException {
            if (random.nextBoolean()) {
                return start();
            }
            told = built.request();
            return built;
        }

        private Definitions start() throws SQLException {
            built = look();
            told = built.request();
            return built;
        }

        private void demandTruth(PipelineRig.Snapshot snapshot) throws SQLException {
            Map<String, BigDecimal> counted = new HashMap<>();
            Map<String, BigDecimal> whole = new HashMap<>();
            List<Shown> shown = shown();
            Set<String> takenBack = takenBack();
            for (int p = 0; p < log.partitions(); p++) {
                for (UsageLog.Entry entry : read(p, snapshot.offsets())) {
                    if (entry.lane() == Lane.METERED && !takenBack.contains(event(entry).id())) {
                        add(snapshot, entry, shown, counted, whole);
                    }
                }
            }
            Map<String, BigDecimal> totals = totals();
            for (Map<String, BigDecimal> all : List.of(counted, whole, totals)) {
                all.replaceAll((name, value) -> value.stripTrailingZeros());
            }
            if (past == null) {
                assertThat(totals).as("what the stream counted").isEqualTo(counted);
            }
            assertThat(totals).as("every event of the versions that are shown").isEqualTo(whole);
            assertThat(number(OTHERWISE_SETTLED)).as("settled, and not over").isZero();
        }

        private void add(
                PipelineRig.Snapshot snapshot,
                UsageLog.Entry entry,
                List<Shown> shown,
                Map<String, BigDecimal> counted,
                Map<String, BigDecimal> whole) {
            Definitions definitions = asOf.get(snapshot.stamp(entry));
            for (Map.Entry<UsageLog.Cell, BigDecimal> added : entry.adds().entrySet()) {
                UsageLog.Cell cell = added.getKey();
                if (!cell.meter().equals(SLUG)) {
                    continue;
                }
                for (Shown one : shown) {
                    if (one.takes(cell.windowStartMillis())) {
                        String name = one.name(cell);
                        whole.merge(name, added.getValue(), BigDecimal::add);
                        boolean counts =
                                definitions.versions().stream()
                                        .anyMatch(
                                                version ->
                                                        version.meter().slug().equals(SLUG)
                                                                && version.version()
                                                                        == one.version()
                                                                && version.owns(
                                                                        cell.windowStartMillis()));
                        if (counts) {
                            counted.merge(name, added.getValue(), BigDecimal::add);
                        }
                    }
                }
            }
        }

        /** A version that totals take windows from. */
        private record Shown(
                int version, boolean grouped, @Nullable Instant from, @Nullable Instant to) {

            boolean takes(long window) {
                return (from == null || from.toEpochMilli() <= window)
                        && (to == null || to.toEpochMilli() > window);
            }

            String name(UsageLog.Cell cell) {
                return cell.subject()
                        + " "
                        + (grouped ? cell.group() : "{}")
                        + " "
                        + cell.windowStartMillis();
            }
        }

        private List<Shown> shown() throws SQLException {
            try (Connection connection = database.connect()) {
                return new Question<>(
                                """
                                select version, group_by <> '{}' as grouped, counts_from, counts_to
                                from tallyflow.layer
                                where slug = 'tokens' and shown and kind = 'stream'
                                order by version
                                """,
                                row ->
                                        new Shown(
                                                row.getInt(1),
                                                row.getBoolean(2),
                                                instant(row.getTimestamp(3)),
                                                instant(row.getTimestamp(4))))
                        .all(connection);
            }
        }

        private static @Nullable Instant instant(@Nullable Timestamp time) {
            return time == null ? null : time.toInstant();
        }

        /** As readers of the results see them. */
        private Map<String, BigDecimal> totals() throws SQLException {
            Map<String, BigDecimal> totals = new HashMap<>();
            try (Connection connection = database.connect()) {
                for (Map.Entry<String, BigDecimal> row :
                        new Question<>(
                                        """
                                        select concat_ws(' ', subject,
                                                case when group_by = '{}' then '{}'
                                                else '{"model":"' || (group_by ->> 'model') || '"}' end,
                                                1000 * extract(epoch from window_start)::bigint),
                                            value
                                        from tallyflow.usage where meter = 'tokens'
                                        """,
                                        row -> Map.entry(row.getString(1), row.getBigDecimal(2)))
                                .all(connection)) {
                    totals.merge(row.getKey(), row.getValue(), BigDecimal::add);
                }
            }
            return totals;
        }

        /**
         * Whether the stream or a run has counted a window, it has settled when its time is over.
         */
        private static final String OTHERWISE_SETTLED =
                """
                (select count(*) from tallyflow.usage u
                where u.settled <> coalesce(u.window_end <= settled_until, false))
                """;

        private static long number(String column) throws SQLException {
            try (Connection connection = database.connect()) {
                return new Question<>(
                                "select " + column + " from tallyflow.ledger",
                                row -> row.getLong(1))
                        .one(connection);
            }
        }

        private PostgresUsageSink sink(@Nullable RewindTarget rewindTo) {
            return new PostgresUsageSink(
                    connections,
                    PostgresSinkOptions.defaults()
                            .withRewindTo(rewindTo)
                            .withAllowedLateness(PipelineRig.LATENESS)
                            .withPatience(Duration.ofSeconds(20))
                            .withPartBytes(2_000));
        }
    }
}
