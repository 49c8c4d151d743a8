package io.tallyflow.connectors.postgres;

import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.connectors.postgres.PatchRows.Patch;
import io.tallyflow.connectors.postgres.patch.CountedVersion;
import io.tallyflow.connectors.postgres.patch.CountedVersions;
import io.tallyflow.connectors.postgres.patch.PatchKind;
import io.tallyflow.connectors.postgres.patch.PatchTable;
import io.tallyflow.connectors.postgres.patch.PatchWindow;
import io.tallyflow.connectors.postgres.patch.VoidEvent;
import io.tallyflow.connectors.postgres.patch.VoidTable;
import io.tallyflow.connectors.postgres.patch.VoidTarget;
import io.tallyflow.connectors.postgres.patch.WindowState;
import io.tallyflow.connectors.postgres.patch.WindowStates;
import io.tallyflow.connectors.postgres.rows.Rows;
import io.tallyflow.connectors.postgres.rows.RowsEncoder;
import io.tallyflow.connectors.postgres.run.CountingRun;
import io.tallyflow.connectors.postgres.session.Outage;
import io.tallyflow.connectors.postgres.session.PostgresSession;
import io.tallyflow.schemas.commit.CommitName;
import io.tallyflow.schemas.commit.RewindTarget;
import io.tallyflow.schemas.measure.UsagePartial;
import io.tallyflow.schemas.measure.UsagePartials;
import io.tallyflow.schemas.meter.Meter;
import io.tallyflow.schemas.meter.MeterFile;
import io.tallyflow.schemas.progress.LaneCounts;
import io.tallyflow.schemas.progress.Progress;
import io.tallyflow.schemas.usage.Adjustment;
import io.tallyflow.schemas.usage.AdjustmentReason;
import io.tallyflow.schemas.usage.DistinctValue;
import io.tallyflow.schemas.usage.UsageCell;
import io.tallyflow.schemas.usage.UsageRow;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.flink.metrics.SimpleCounter;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Commits, late readings, patches and rewinds in any order, against a model that knows the events,
 * the commit of each, and which of them were taken back.
 */
final class RandomPatchesTest {

    private static final List<Meter> METERS =
            MeterFile.parse(
                    "meters.yaml",
                    """
                    meters:
                      - {slug: m, eventType: e, aggregation: SUM, valueProperty: $.v, groupBy: {g: $.g}}
                      - {slug: u, eventType: e, aggregation: UNIQUE_COUNT, valueProperty: $.v}
                      - {slug: x, eventType: e, aggregation: MAX, valueProperty: $.v}
                    """);

    private static final int SEEDS = Integer.getInteger("tallyflow.test.patch-seeds", 4);
    private static final int STEPS = 60;
    private static final long MINUTE = 60_000;
    private static final Duration LATENESS = Duration.ofSeconds(90);

    @Test
    void totalsAreThoseOfTheEventsThatCount() throws Exception {
        for (int seed = 0; seed < SEEDS; seed++) {
            try (World world = new World(seed)) {
                for (int step = 0; step < STEPS; step++) {
                    world.step("seed " + seed + " step " + step);
                }
                assertThat(world.patches).as("seed %d", seed).isPositive();
            }
        }
    }

    @Test
    void isNotMadeIfSomethingCameBetween() throws Exception {
        try (World world = new World(1)) {
            while (world.settled.get(world.commit) == 0 || world.events.isEmpty()) {
                world.commit(null);
            }
            world.lake = world.commit;
            Event event = world.events.get(0);
            while (event.window() >= world.settled.get(world.commit)) {
                world.commit(null);
                world.lake = world.commit;
            }
            try (Connection connection = world.writer.connect()) {
                connection.setAutoCommit(false);
                List<CountedVersion> versions = CountedVersions.of(connection, Set.of("e"));
                Patch patch =
                        world.patch(
                                connection,
                                Set.of(event),
                                versions,
                                World.windows(Set.of(event), versions));
                PatchRows rows = new PatchRows(connection);
                world.epoch = 1;
                assertThat(rows.write(with(patch, 1, patch.voids()))).as("rewound").isFalse();
                assertThat(rows.write(with(patch, 0, List.of(UUID.randomUUID()))))
                        .as("another applied the void")
                        .isFalse();
                RegisteredMeters.retire(world.writer.dataSource(), "x");
                assertThat(rows.write(patch)).as("a version ended").isFalse();
                world.check("untouched");
            }
        }
    }

    private static Patch with(Patch patch, long epoch, List<UUID> voids) {
        return new Patch(
                patch.run(),
                patch.commit(),
                epoch,
                patch.types(),
                patch.versions(),
                patch.windows(),
                patch.readings(),
                patch.cells(),
                patch.rows(),
                voids);
    }

    /** An event: the stream counted it by a commit, before or after its window had settled. */
    private record Event(
            int id,
            String subject,
            int window,
            String group,
            int value,
            long commit,
            boolean late) {

        UsagePartial partial() {
            return UsagePartials.of(BigDecimal.valueOf(value), id, "s", "" + id);
        }

        UsageCell cell(Meter meter) {
            return new UsageCell(
                    meter.slug(),
                    subject,
                    meter.slug().equals("m") ? "{\"g\":\"" + group + "\"}" : "{}",
                    window * MINUTE,
                    (window + 1) * MINUTE);
        }

        UUID key() {
            return new UUID(1, id);
        }
    }

    private record Applied(long commit, Set<Event> events) {}

    private static final class World implements AutoCloseable {
        final Random random;
        final List<Meter> meters;
        final PostgresServer.Database database = PostgresServer.migrated();
        final LoginUser writer = new LoginUser(database, "tallyflow_writer");
        final RowsEncoder encoder = new RowsEncoder();
        final List<Event> events = new ArrayList<>();
        final List<Applied> applied = new ArrayList<>();
        final TreeMap<Long, CommitName> names = new TreeMap<>(Map.of(0L, CommitName.NONE));
        final TreeMap<Long, Integer> settled = new TreeMap<>(Map.of(0L, 0));
        long commit;
        long lake;
        long epoch;
        long checkpoint;
        int ids;
        int patches;

        /** Distinct values hold patches up; so every other world has none. */
        World(int seed) throws Exception {
            random = new Random(seed);
            meters = seed % 2 == 0 ? METERS : List.of(METERS.get(0), METERS.get(2));
            RegisteredMeters.register(writer.dataSource(), meters);
            new LedgerStart(writer.connections(), PostgresSinkOptions.defaults())
                    .check(CommitName.NONE);
        }

        @Override
        public void close() throws SQLException {
            writer.close();
            database.close();
        }

        void step(String what) throws Exception {
            int dice = random.nextInt(10);
            if (dice == 0 && commit > 0) {
                rewind(random.nextLong(commit) + 1);
            } else if (dice < 5 || commit == 0) {
                commit(null);
            } else {
                takeBack();
            }
            check(what);
        }

        /** The next commit; one that rewinds brings all open windows again. */
        void commit(@Nullable RewindTarget rewind) throws Exception {
            long number = commit + 1;
            int before = settled.get(commit);
            List<Event> added = new ArrayList<>();
            for (int i = random.nextInt(5); i > 0; i--) {
                int window = random.nextInt(before + 3);
                added.add(
                        new Event(
                                ++ids,
                                "s" + random.nextInt(2),
                                window,
                                "g" + random.nextInt(2),
                                random.nextInt(5),
                                number,
                                window < before));
            }
            Set<UsageCell> sent = new HashSet<>();
            onTime(events).forEach(event -> meters.forEach(meter -> sent.add(event.cell(meter))));
            events.addAll(added);
            int after = before + random.nextInt(2);
            List<UsageRow> usage = new ArrayList<>();
            for (Meter meter : meters) {
                onTime(events).stream()
                        .filter(event -> event.window() >= before)
                        .collect(groupingBy(event -> event.cell(meter)))
                        .forEach(
                                (cell, of) -> {
                                    boolean settles = of.get(0).window() < after;
                                    boolean changes =
                                            of.stream().anyMatch(one -> one.commit() == number);
                                    if (settles || changes || rewind != null) {
                                        usage.add(
                                                new UsageRow(
                                                        cell,
                                                        merged(of),
                                                        settles,
                                                        0,
                                                        !sent.contains(cell)));
                                    }
                                });
            }
            write(rewind, after, new Rows(usage, adjustments(added), values(added)));
            commit = number;
            names.put(commit, new CommitName(9, checkpoint));
            settled.put(commit, after);
        }

        private static List<Event> onTime(List<Event> all) {
            return all.stream().filter(event -> !event.late()).toList();
        }

        private List<Adjustment> adjustments(List<Event> added) {
            List<Adjustment> all = new ArrayList<>();
            for (Meter meter : meters) {
                added.stream()
                        .filter(Event::late)
                        .collect(groupingBy(event -> event.cell(meter)))
                        .forEach(
                                (cell, of) ->
                                        all.add(
                                                new Adjustment(
                                                        cell, AdjustmentReason.LATE, merged(of))));
            }
            return all;
        }

        private List<DistinctValue> values(List<Event> of) {
            if (meters.size() < METERS.size()) {
                return List.of();
            }
            return of.stream()
                    .map(event -> new DistinctValue(event.cell(METERS.get(1)), "" + event.value()))
                    .distinct()
                    .toList();
        }

        private static UsagePartial merged(List<Event> of) {
            return of.stream().map(Event::partial).reduce(UsagePartials.NONE, UsagePartials::merge);
        }

        /** The stream's time is the first at which so many windows have settled. */
        private void write(@Nullable RewindTarget rewind, int settledNow, Rows rows)
                throws Exception {
            Progress progress =
                    Progress.of(
                            LaneCounts.ZERO,
                            Map.of(),
                            settledNow * MINUTE + LATENESS.toMillis() - 1,
                            Map.of(),
                            Progress.NO_EVENT);
            CommitPart part =
                    CommitPart.unnamed(progress, encoder.encode(rows))
                            .named(
                                    new CommitName(9, ++checkpoint),
                                    names.get(commit),
                                    0,
                                    1,
                                    progress,
                                    rewind);
            try (PostgresSession session =
                    new PostgresSession(
                            writer.connections(),
                            Duration.ofSeconds(60),
                            new Outage(new SimpleCounter(), System::nanoTime))) {
                session.run(
                        new CommitTransaction(
                                PostgresSinkOptions.defaults().pipeline(),
                                LATENESS,
                                List.of(part)));
            }
        }

        void rewind(long target) throws Exception {
            events.removeIf(event -> event.commit() > target);
            applied.removeIf(one -> one.commit() > target);
            names.tailMap(target, false).clear();
            settled.tailMap(target, false).clear();
            commit = target;
            lake = Math.min(lake, target);
            List<String> left =
                    ask(
                            "select void::text from tallyflow.void_event where checkpoint <= %d order by 1"
                                    .formatted(names.get(target).checkpoint()));
            commit(new RewindTarget(target, epoch));
            epoch++;
            assertThat(ask("select void::text from tallyflow.void_event order by 1"))
                    .isEqualTo(left);
        }

        private Set<Event> voided() {
            Set<Event> all = new HashSet<>();
            applied.forEach(one -> all.addAll(one.events()));
            return all;
        }

        /** Some events that the lake has, if their windows allow it. */
        void takeBack() throws Exception {
            lake = lake + random.nextLong(commit - lake + 1);
            List<Event> there =
                    events.stream()
                            .filter(event -> event.commit() <= lake)
                            .filter(event -> !voided().contains(event))
                            .toList();
            if (there.isEmpty()) {
                return;
            }
            Set<Event> chosen = new HashSet<>();
            for (int i = random.nextInt(2); i >= 0; i--) {
                chosen.add(there.get(random.nextInt(there.size())));
            }
            try (Connection connection = writer.connect()) {
                connection.setAutoCommit(false);
                List<CountedVersion> versions = CountedVersions.of(connection, Set.of("e"));
                List<PatchWindow> windows = windows(chosen, versions);
                List<WindowState> states = WindowStates.of(connection, windows, lake);
                connection.rollback();
                assertThat(states.contains(WindowState.OPEN))
                        .isEqualTo(
                                chosen.stream()
                                        .anyMatch(event -> event.window() >= settled.get(commit)));
                boolean isReady = states.stream().allMatch(state -> state == WindowState.READY);
                Patch patch = patch(connection, chosen, versions, windows);
                assertThat(new PatchRows(connection).write(patch)).isEqualTo(isReady);
                if (isReady) {
                    applied.add(new Applied(lake, chosen));
                    patches++;
                } else {
                    new PatchTable(connection).fail(patch.run());
                    connection.commit();
                }
            }
        }

        private static List<PatchWindow> windows(Set<Event> chosen, List<CountedVersion> versions) {
            return versions.stream()
                    .flatMap(
                            version ->
                                    chosen.stream()
                                            .map(
                                                    event ->
                                                            new PatchWindow(
                                                                    version.layer(),
                                                                    event.subject(),
                                                                    event.window() * MINUTE,
                                                                    version.version()
                                                                            .meter()
                                                                            .slug()
                                                                            .equals("u"))))
                    .distinct()
                    .toList();
        }

        private Patch patch(
                Connection connection,
                Set<Event> chosen,
                List<CountedVersion> versions,
                List<PatchWindow> windows)
                throws SQLException {
            VoidTable voids = new VoidTable(connection);
            List<UUID> keys = new ArrayList<>();
            for (Event event : chosen) {
                UUID key = UUID.randomUUID();
                voids.add(List.of(asked(key, event)), null);
                voids.found(
                        List.of(
                                new VoidTarget(
                                        event.key(),
                                        event.subject(),
                                        "s",
                                        "" + event.id(),
                                        "e",
                                        Instant.ofEpochMilli(event.window() * MINUTE),
                                        names.get(event.commit()).checkpoint())));
                keys.add(pending(connection, event));
            }
            long run = new PatchTable(connection).begin(PatchKind.PATCH, lake, null);
            connection.commit();
            Set<Event> out = voided();
            out.addAll(chosen);
            List<UsageRow> rows = new ArrayList<>();
            List<DistinctValue> values = new ArrayList<>();
            List<Long> readings = new ArrayList<>();
            List<Integer> cells = new ArrayList<>();
            for (PatchWindow window : windows) {
                Meter meter =
                        versions.stream()
                                .filter(version -> version.layer() == window.layer())
                                .findFirst()
                                .orElseThrow()
                                .version()
                                .meter();
                List<Event> left =
                        events.stream()
                                .filter(event -> event.commit() <= lake && !out.contains(event))
                                .filter(event -> event.subject().equals(window.subject()))
                                .filter(event -> event.window() * MINUTE == window.startMillis())
                                .toList();
                Map<UsageCell, List<Event>> byCell =
                        left.stream().collect(groupingBy(event -> event.cell(meter)));
                byCell.forEach(
                        (cell, of) ->
                                rows.add(
                                        new UsageRow(
                                                cell,
                                                merged(of),
                                                false,
                                                CountingRun.shardOf(run),
                                                true)));
                if (meter.slug().equals("u")) {
                    values.addAll(values(left));
                }
                readings.add((long) left.size());
                cells.add(byCell.size());
            }
            return new Patch(
                    run,
                    lake,
                    epoch,
                    Set.of("e"),
                    versions,
                    windows,
                    readings,
                    cells,
                    List.of(new Rows(rows, List.of(), values)),
                    keys);
        }

        private VoidEvent asked(UUID key, Event event) {
            return new VoidEvent(
                    key,
                    event.key(),
                    event.subject(),
                    "s",
                    "" + event.id(),
                    null,
                    Instant.EPOCH,
                    names.get(lake).checkpoint());
        }

        /** One that waits from before is the one that is applied; a later one repeats it. */
        private static UUID pending(Connection connection, Event event) throws SQLException {
            return new VoidTable(connection)
                    .pending().stream()
                            .filter(one -> one.target().key().equals(event.key()))
                            .findFirst()
                            .orElseThrow()
                            .key();
        }

        void check(String what) throws SQLException {
            Set<Event> out = voided();
            TreeMap<String, String> expected = new TreeMap<>();
            for (Meter meter : meters) {
                events.stream()
                        .filter(event -> !out.contains(event))
                        .collect(groupingBy(event -> event.cell(meter)))
                        .forEach(
                                (cell, of) ->
                                        expected.put(
                                                meter.slug()
                                                        + cell.subject()
                                                        + cell.group()
                                                        + cell.windowStartMillis() / MINUTE,
                                                value(meter, of)
                                                        + "/"
                                                        + of.size()
                                                        + "/"
                                                        + (of.get(0).window()
                                                                < settled.get(commit))));
            }
            TreeMap<String, String> found = new TreeMap<>();
            ask("""
                            select meter || subject || replace(group_by::text, ' ', '')
                                || extract(epoch from window_start)::bigint / 60
                                || '=' || value || '/' || readings || '/' || settled
                            from tallyflow.usage
                            """)
                    .forEach(row -> found.put(row.split("=")[0], row.split("=")[1]));
            assertThat(found).as(what).isEqualTo(expected);
            assertThat(ask("select count(*) from tallyflow.void where state = 'applied'"))
                    .as(what)
                    .containsExactly("" + out.size());
            // What settled, with what is said of it since, is what there is.
            int change =
                    events.stream().filter(Event::late).mapToInt(Event::value).sum()
                            - out.stream().mapToInt(Event::value).sum();
            assertThat(
                            ask(
                                    """
                                    select coalesce(sum(sum), 0)::bigint from tallyflow.adjustment
                                    where meter = 'm'
                                    """))
                    .as(what)
                    .containsExactly("" + change);
        }

        private static int value(Meter meter, List<Event> of) {
            return switch (meter.slug()) {
                case "m" -> of.stream().mapToInt(Event::value).sum();
                case "u" -> (int) of.stream().mapToInt(Event::value).distinct().count();
                default -> of.stream().mapToInt(Event::value).max().orElseThrow();
            };
        }

        private List<String> ask(String sql) throws SQLException {
            return RolesTest.ask(database.connect(), sql);
        }
    }
}
