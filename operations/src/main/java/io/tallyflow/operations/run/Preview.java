package io.tallyflow.operations.run;

import io.tallyflow.connectors.iceberg.table.Lake;
import io.tallyflow.connectors.iceberg.table.LakeOptions;
import io.tallyflow.connectors.iceberg.table.LakeTable;
import io.tallyflow.connectors.iceberg.table.LakeView;
import io.tallyflow.connectors.iceberg.table.RowsOfFile;
import io.tallyflow.operations.counting.EventColumns;
import io.tallyflow.operations.counting.LakeAccess;
import io.tallyflow.operations.counting.Passes;
import io.tallyflow.operations.counting.RunLimits;
import io.tallyflow.operations.counting.Workers;
import io.tallyflow.results.PostgresAddress;
import io.tallyflow.results.RequestFailedException;
import io.tallyflow.results.RequestRefusedException;
import io.tallyflow.results.meters.ShownVersion;
import io.tallyflow.results.meters.ShownVersions;
import io.tallyflow.results.voids.VoidedEvents;
import io.tallyflow.schemas.meter.Meter;
import io.tallyflow.schemas.meter.MeterVersion;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.jspecify.annotations.Nullable;

/**
 * What a definition would come to over all events in the lake, and what the definition in force
 * comes to over the same events. Registers nothing and writes nothing.
 */
public final class Preview {

    private final PostgresAddress postgres;
    private final LakeOptions lake;
    private final RunLimits limits;
    private final RunListener listener;

    public Preview(
            PostgresAddress postgres, LakeOptions lake, RunLimits limits, RunListener listener) {
        this.postgres = postgres;
        this.lake = lake;
        this.limits = limits;
        this.listener = listener;
    }

    /**
     * What is asked.
     *
     * @param meter the definition
     * @param from event time, on a boundary of the meter's windows; null for all there is
     * @param to the first event time that is left out; null for all there is
     * @param subjects only these; empty for all
     */
    public record Request(
            Meter meter, @Nullable Instant from, @Nullable Instant to, List<String> subjects) {

        /**
         * @throws RequestRefusedException if a time lies within a window, or there is none between
         */
        public Request {
            requireBoundary(meter, "from", from);
            requireBoundary(meter, "to", to);
            if (from != null && to != null && !from.isBefore(to)) {
                throw new RequestRefusedException("from " + from + " is not before to " + to);
            }
        }

        private static void requireBoundary(Meter meter, String name, @Nullable Instant at) {
            new KnownMeter(meter.slug(), meter.windowSize(), /* isShown= */ true)
                    .requireBoundary(name, at);
        }
    }

    /**
     * What a subject comes to.
     *
     * @param proposed by the definition; null without readings
     * @param inForce by that in force; null without readings
     */
    public record Row(String subject, @Nullable BigDecimal proposed, @Nullable BigDecimal inForce) {

        /** How much more by the definition; null if either is not known. */
        public @Nullable BigDecimal difference() {
            return proposed == null || inForce == null ? null : proposed.subtract(inForce);
        }
    }

    /**
     * What came of it.
     *
     * @param checkpoint where the lake stood; 0 if it is empty
     * @param rows by subject, in order
     */
    public record Outcome(long checkpoint, List<Row> rows) {}

    /**
     * Counts.
     *
     * @throws RequestFailedException if the lake or Postgres do not answer
     */
    public Outcome run(Request request) {
        return LakeAccess.ask(postgres, "ended before it was done", () -> count(request));
    }

    private Outcome count(Request request) throws Exception {
        try (Lake opened = LakeAccess.open(lake);
                Workers workers = new Workers(limits.workers());
                Connection connection = postgres.connect()) {
            LakeView view = LakeView.of(opened);
            List<MeterVersion> inForce = inForce(connection, request);
            List<Meter> meters = new ArrayList<>(List.of(request.meter()));
            inForce.forEach(version -> meters.add(version.meter()));
            Set<String> types = meters.stream().map(Meter::eventType).collect(Collectors.toSet());
            VoidedEvents voided =
                    VoidedEvents.read(connection, types, request.from(), request.to());
            EventColumns columns = new EventColumns(meters, voided);
            return count(request, inForce, columns, view, workers);
        }
    }

    /** The versions that totals are taken from, each for the time that is asked for. */
    private static List<MeterVersion> inForce(Connection connection, Request request)
            throws SQLException {
        long from = fromMillis(request);
        long to = toMillis(request);
        List<MeterVersion> inForce = new ArrayList<>();
        for (ShownVersion shown : ShownVersions.read(connection, request.meter().slug())) {
            MeterVersion version = shown.version();
            long first = Math.max(from, version.fromMillis());
            long end = Math.min(to, version.toMillis());
            if (first < end) {
                inForce.add(new MeterVersion(version.meter(), version.version(), first, end));
            }
        }
        return inForce;
    }

    private static long fromMillis(Request request) {
        Instant from = request.from();
        return from == null ? MeterVersion.ALWAYS_FROM : from.toEpochMilli();
    }

    private static long toMillis(Request request) {
        Instant to = request.to();
        return to == null ? MeterVersion.ALWAYS_TO : to.toEpochMilli();
    }

    private Outcome count(
            Request request,
            List<MeterVersion> inForce,
            EventColumns columns,
            LakeView view,
            Workers workers)
            throws Exception {
        MeterVersion proposed =
                new MeterVersion(request.meter(), 1, fromMillis(request), toMillis(request));
        List<RowsOfFile> parts =
                view.parts(LakeTable.EVENTS, filter(request, columns), columns.names());
        listener.readsParts(parts.size());
        SortedMap<String, Row> rows = new TreeMap<>();
        new Passes<PreviewedTotals>(limits, workers, listener, "the distinct values of one subject")
                .run(
                        parts,
                        () ->
                                new CountingPreview(
                                        List.of(proposed), inForce, columns, workers.many()),
                        (counted, share) ->
                                PreviewedTotals.rows(counted, request.meter(), inForce, rows));
        return new Outcome(view.batch().checkpoint(), List.copyOf(rows.values()));
    }

    private static Expression filter(Request request, EventColumns columns) {
        Expression filter = Expressions.in("type", columns.types().toArray());
        Instant from = request.from();
        if (from != null) {
            filter = Expressions.and(filter, Expressions.greaterThanOrEqual("time", micros(from)));
        }
        Instant to = request.to();
        if (to != null) {
            filter = Expressions.and(filter, Expressions.lessThan("time", micros(to)));
        }
        if (!request.subjects().isEmpty()) {
            filter =
                    Expressions.and(
                            filter, Expressions.in("subject", request.subjects().toArray()));
        }
        return filter;
    }

    private static long micros(Instant boundary) {
        return TimeUnit.MILLISECONDS.toMicros(boundary.toEpochMilli());
    }
}
