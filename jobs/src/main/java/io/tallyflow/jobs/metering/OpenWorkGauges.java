package io.tallyflow.jobs.metering;

import io.tallyflow.connectors.kafka.gauges.PolledGauges;
import io.tallyflow.connectors.postgres.run.OpenWork;
import io.tallyflow.schemas.progress.Metric;
import java.sql.SQLException;
import java.util.List;

/**
 * What counting the past has left open, as gauges. None of it is of the job's doing; it is where
 * whoever watches the results looks.
 */
final class OpenWorkGauges implements PolledGauges {

    private static final long serialVersionUID = 1L;

    private static final List<Metric> GAUGES =
            List.of(
                    Metric.gauge(
                            "runAgeMs",
                            "ms",
                            "since the oldest run was asked for that is not done; 0 if there is none"),
                    Metric.gauge(
                            "brokenRuns",
                            "runs",
                            "that nobody goes on with, that were given up or that a rewind has undone,"
                                    + " and in whose place no other has come"),
                    Metric.gauge(
                            "voidWaitMs",
                            "ms",
                            "of the stream's time since all windows of a day were over of which a void"
                                    + " waits to take an event back; 0 if none waits"),
                    Metric.gauge(
                            "voidLookMs",
                            "ms",
                            "between the last look for voids and the last commit, if events have come"
                                    + " between; -1 if nobody has ever looked"),
                    Metric.gauge(
                            "reconcileDifferences",
                            "windows",
                            "that were not what their events come to when they were last compared, and"
                                    + " were not repaired"));

    private final PolledPostgres postgres;

    OpenWorkGauges(PolledPostgres postgres) {
        this.postgres = postgres;
    }

    /** Everything that is shown, for the reference. */
    static List<Metric> reference() {
        return GAUGES;
    }

    @Override
    public List<Metric> gauges() {
        return GAUGES;
    }

    @Override
    public List<Long> ask() throws SQLException, ClassNotFoundException {
        OpenWork open = postgres.ask(OpenWork::read);
        return List.of(
                open.runAgeMillis(),
                open.brokenRuns(),
                open.voidWaitMillis(),
                open.voidLookMillis(),
                open.differentWindows());
    }

    @Override
    public void close() {
        postgres.close();
    }
}
