package io.tallyflow.operations.explain;

import io.tallyflow.connectors.iceberg.table.EventRow;
import io.tallyflow.connectors.iceberg.table.Lake;
import io.tallyflow.connectors.iceberg.table.LakeOptions;
import io.tallyflow.connectors.iceberg.table.LakeTable;
import io.tallyflow.connectors.iceberg.table.LakeView;
import io.tallyflow.connectors.postgres.patch.CountedVersion;
import io.tallyflow.connectors.postgres.patch.PatchTable;
import io.tallyflow.connectors.postgres.patch.PatchTable.Standing;
import io.tallyflow.functions.meter.MeterReader;
import io.tallyflow.operations.counting.CountedCell;
import io.tallyflow.operations.counting.LakeAccess;
import io.tallyflow.operations.explain.ExplainedEvent.By;
import io.tallyflow.operations.explain.ShownWindow.Moment;
import io.tallyflow.results.PostgresAddress;
import io.tallyflow.results.RequestFailedException;
import io.tallyflow.results.RequestRefusedException;
import io.tallyflow.results.query.GroupJson;
import io.tallyflow.schemas.event.UsageEvent;
import io.tallyflow.schemas.measure.Aggregation;
import io.tallyflow.schemas.meter.GroupDimension;
import io.tallyflow.schemas.meter.Meter;
import io.tallyflow.schemas.meter.MeterVersion;
import io.tallyflow.schemas.usage.Reading;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.io.CloseableIterable;
import org.jspecify.annotations.Nullable;

/**
 * Finds the events behind what a subject has used in a window, and counts them again: to the digit,
 * also while the window is open, because both are looked at as of one commit.
 */
public final class Explain {

    private static final long PAUSE_MILLIS = 500;

    private static final List<String> COLUMNS = columns();

    private final PostgresAddress postgres;
    private final LakeOptions lake;
    private final ExplainListener listener;

    public Explain(PostgresAddress postgres, LakeOptions lake, ExplainListener listener) {
        this.postgres = postgres;
        this.lake = lake;
        this.listener = listener;
    }

    /**
     * What is to be explained.
     *
     * @param at any time within the window
     * @param groups names and values that a group must have; empty for all
     * @param patience how long to wait for the lake to hold what Postgres shows
     */
    public record Request(
            String slug,
            String subject,
            Instant at,
            Map<String, String> groups,
            Duration patience) {}

    /**
     * What came of it.
     *
     * @param version that owns the window
     * @param commit as of which it was looked at
     * @param cells by group, in order
     * @param changes since the window settled, of all groups
     * @param runs that have counted of it
     */
    public record Outcome(
            MeterVersion version,
            Instant start,
            Instant end,
            long commit,
            List<ExplainedCell> cells,
            List<ExplainedChange> changes,
            List<ExplainedRun> runs) {

        /** Whether the events add up to what Postgres shows. */
        public boolean isEqual() {
            return cells.stream().allMatch(ExplainedCell::isEqual);
        }
    }

    private static List<String> columns() {
        List<String> columns = new ArrayList<>(EventRow.COLUMNS);
        columns.add("import");
        return columns;
    }

    /**
     * Explains.
     *
     * @throws RequestRefusedException if there is no such meter, or none of its versions counts
     *     that time
     * @throws RequestFailedException if the lake lags for longer than patience lasts, or it or
     *     Postgres do not answer
     */
    public Outcome run(Request request) {
        return LakeAccess.ask(postgres, "ended before it was done", () -> explain(request));
    }

    private Outcome explain(Request request) throws Exception {
        try (Connection connection = postgres.connect();
                Lake opened = LakeAccess.open(lake)) {
            connection.setAutoCommit(false);
            ShownWindow window =
                    ShownWindow.read(connection, request.slug(), request.subject(), request.at());
            MeterVersion version = window.version().version();
            requireGroups(version.meter(), request.groups().keySet());
            if (window.whole() != null && !request.groups().isEmpty()) {
                throw new RequestRefusedException(
                        "the window has more groups than are told apart: ask for all of them");
            }
            listener.begins(version, window.start(), window.end());
            LakeView view = await(opened, connection, window.moment(), request.patience());
            return new CountedEvents(request, window).count(view);
        }
    }

    private static void requireGroups(Meter meter, Set<String> names) {
        List<String> known = meter.groupBy().stream().map(GroupDimension::name).toList();
        for (String name : names) {
            if (!known.contains(name)) {
                throw new RequestRefusedException(
                        "meter "
                                + meter.slug()
                                + " has no group "
                                + name
                                + (known.isEmpty()
                                        ? ": it has none"
                                        : ", but " + String.join(", ", known)));
            }
        }
    }

    /** The lake, once it holds all that Postgres showed. */
    private LakeView await(Lake opened, Connection connection, Moment moment, Duration patience)
            throws SQLException, InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        PatchTable patches = new PatchTable(connection);
        for (boolean first = true; true; first = false) {
            LakeView view = LakeView.of(opened);
            Standing standing =
                    patches.standing(
                            view.batch().token(), view.batch().checkpoint(), moment.epoch());
            connection.rollback();
            // On a quiet system it has no batch of the last commits.
            if (standing != null && standing.commit() >= moment.commit()
                    || view.rows(LakeTable.EVENTS) == moment.accepted()
                            && (view.epoch() == moment.epoch() || moment.accepted() == 0)) {
                return view;
            }
            if (System.nanoTime() - deadline > 0) {
                throw new RequestFailedException(
                        "the lake does not hold yet what Postgres shows, that of commit "
                                + moment.commit()
                                + ": see that the job runs and writes to it, and ask again");
            }
            if (first) {
                listener.waitsForLake();
            }
            Thread.sleep(PAUSE_MILLIS);
        }
    }

    /** The events of a window. For one thread. */
    private final class CountedEvents {
        private final Request request;
        private final ShownWindow window;
        private final CountedVersion version;
        private final Map<String, CountedCell> counted = new HashMap<>();

        CountedEvents(Request request, ShownWindow window) {
            this.request = request;
            this.window = window;
            this.version = window.version();
        }

        Outcome count(LakeView view) throws Exception {
            MeterReader reader = new MeterReader(List.of(version.version()));
            try (CloseableIterable<StructLike> rows =
                    view.scan(LakeTable.EVENTS, filter(), COLUMNS)) {
                for (StructLike row : rows) {
                    UsageEvent event = EventRow.event(row);
                    By by = by(event, EventRow.definitions(row));
                    if (by != null) {
                        reader.read(event)
                                .readings()
                                .forEach(reading -> add(row, event, by, reading));
                    }
                    if (Thread.interrupted()) {
                        throw new InterruptedException();
                    }
                }
            }
            return new Outcome(
                    version.version(),
                    window.start(),
                    window.end(),
                    window.moment().commit(),
                    cells(),
                    window.changes(),
                    window.runs());
        }

        private Expression filter() {
            return Expressions.and(
                    Expressions.equal("type", version.version().meter().eventType()),
                    Expressions.equal("subject", request.subject()),
                    Expressions.lessThanOrEqual("checkpoint", window.moment().checkpoint()),
                    Expressions.greaterThanOrEqual("time", micros(window.start())),
                    Expressions.lessThan("time", micros(window.end())));
        }

        private static long micros(Instant time) {
            return TimeUnit.MILLISECONDS.toMicros(time.toEpochMilli());
        }

        /** Null if totals never include it: it came before the meter did. */
        private @Nullable By by(UsageEvent event, long definitions) {
            if (!version.includes(
                    TimeUnit.MICROSECONDS.toMillis(event.timeMicros()), definitions)) {
                return null;
            }
            if (window.voided().holds(event.subject(), event.source(), event.id())) {
                return By.NONE;
            }
            return definitions >= version.request() ? By.STREAM : By.RUN;
        }

        private void add(StructLike row, UsageEvent event, By by, Reading reading) {
            String group = reading.group();
            if (!isAskedFor(group)) {
                return;
            }
            if (by != By.NONE) {
                CountedCell cell =
                        counted.computeIfAbsent(
                                Objects.requireNonNullElse(window.whole(), group),
                                one -> new CountedCell());
                cell.add(reading.partial(event));
                String distinct = reading.distinct();
                if (distinct != null) {
                    cell.addValue(distinct);
                }
            }
            Long number = row.get(EventRow.COLUMNS.size(), Long.class);
            listener.found(
                    new ExplainedEvent(
                            Instant.EPOCH.plus(event.timeMicros(), ChronoUnit.MICROS),
                            event.source(),
                            event.id(),
                            group,
                            value(reading),
                            by,
                            number == null ? 0 : number));
        }

        private boolean isAskedFor(String group) {
            return request.groups().isEmpty()
                    || GroupJson.parse(group).entrySet().containsAll(request.groups().entrySet());
        }

        private static @Nullable String value(Reading reading) {
            BigDecimal value = reading.value();
            return value == null ? reading.distinct() : value.toPlainString();
        }

        private List<ExplainedCell> cells() {
            Map<String, ShownWindow.Cell> there = new HashMap<>();
            window.cells().stream()
                    .filter(cell -> isAskedFor(cell.group()))
                    .forEach(cell -> there.put(cell.group(), cell));
            Set<String> groups = new TreeSet<>(there.keySet());
            groups.addAll(counted.keySet());
            return groups.stream()
                    .map(group -> cell(group, there.get(group), counted.get(group)))
                    .toList();
        }

        private ExplainedCell cell(
                String group, ShownWindow.@Nullable Cell there, @Nullable CountedCell events) {
            Aggregation aggregation = version.version().meter().aggregation();
            return new ExplainedCell(
                    group,
                    there == null ? null : there.value(),
                    there == null ? 0 : there.readings(),
                    there != null && there.settled(),
                    events == null
                            ? null
                            : aggregation.valueOf(
                                    events.partial(aggregation), events.values().size()),
                    events == null ? 0 : events.readings());
        }
    }
}
