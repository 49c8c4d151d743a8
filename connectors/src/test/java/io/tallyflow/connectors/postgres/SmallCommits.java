package io.tallyflow.connectors.postgres;

import io.tallyflow.connectors.postgres.rows.Rows;
import io.tallyflow.connectors.postgres.rows.RowsEncoder;
import io.tallyflow.connectors.postgres.session.Outage;
import io.tallyflow.connectors.postgres.session.PostgresSession;
import io.tallyflow.schemas.commit.CommitName;
import io.tallyflow.schemas.measure.UsagePartial;
import io.tallyflow.schemas.meter.Meter;
import io.tallyflow.schemas.meter.MeterFile;
import io.tallyflow.schemas.progress.Count;
import io.tallyflow.schemas.progress.LaneCounts;
import io.tallyflow.schemas.progress.Progress;
import io.tallyflow.schemas.usage.UsageCell;
import io.tallyflow.schemas.usage.UsageRow;
import java.math.BigDecimal;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.flink.metrics.SimpleCounter;

/** A job as the database sees it: one commit after the other, each of one more event. */
public final class SmallCommits implements AutoCloseable {

    private static final PostgresSinkOptions OPTIONS = PostgresSinkOptions.defaults();

    private static final List<Meter> METERS =
            MeterFile.parse(
                    "meters.yaml",
                    "meters: [{slug: m, eventType: e, aggregation: SUM, valueProperty: $.x}]");

    private static final UsageCell CELL = new UsageCell("m", "s", "{}", 60_000, 120_000);

    private final LoginUser writer;
    private final PostgresSession session;
    private final RowsEncoder encoder = new RowsEncoder();
    private CommitName last = CommitName.NONE;
    private long made;

    /** Starts without state. */
    public SmallCommits(PostgresServer.Database database) throws Exception {
        writer = new LoginUser(database, "tallyflow_writer");
        RegisteredMeters.register(writer.dataSource(), METERS);
        new LedgerStart(writer.connections(), OPTIONS).check(CommitName.NONE);
        session =
                new PostgresSession(
                        writer.connections(),
                        Duration.ofSeconds(20),
                        new Outage(new SimpleCounter(), System::nanoTime));
    }

    /** Makes the next one. */
    public void commit() throws Exception {
        CommitName name = new CommitName(5, ++made);
        BigDecimal sum = BigDecimal.valueOf(made);
        UsagePartial partial = new UsagePartial(made, sum, null, null, null, 0, null, null);
        Rows rows =
                new Rows(
                        List.of(new UsageRow(CELL, partial, false, 0, made == 1)),
                        List.of(),
                        List.of());
        Progress progress =
                Progress.of(
                        LaneCounts.of(count -> isOfOneEvent(count) ? 1 : 0),
                        Map.of(0, made),
                        Progress.NO_WATERMARK,
                        Map.of(),
                        Progress.NO_EVENT);
        CommitPart part =
                CommitPart.unnamed(Progress.NONE, encoder.encode(rows))
                        .named(name, last, 0, 1, progress, null);
        session.run(new CommitTransaction("metering", OPTIONS.allowedLateness(), List.of(part)));
        last = name;
    }

    private static boolean isOfOneEvent(Count count) {
        return count == Count.CONSUMED || count == Count.METERED || count == Count.READINGS;
    }

    /** How many were made. */
    public long made() {
        return made;
    }

    @Override
    public void close() throws SQLException {
        session.close();
        writer.close();
    }
}
