package io.tallyflow.local.truth;

import io.tallyflow.connectors.iceberg.table.Lake;
import io.tallyflow.connectors.iceberg.table.LakeOptions;
import io.tallyflow.connectors.iceberg.table.LakeTable;
import io.tallyflow.connectors.iceberg.table.LakeView;
import io.tallyflow.results.PostgresAddress;
import io.tallyflow.results.RequestFailedException;
import io.tallyflow.results.lake.LakeCells;
import io.tallyflow.results.meters.MetersInForce;
import io.tallyflow.schemas.progress.Count;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Waits until the lake, which follows Postgres, has all of a run. */
public final class LakeArrival {

    /** Several commit intervals; what is not there then is missing. */
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private static final long LOOK_MILLIS = 500;

    private LakeArrival() {}

    /** What is in the lake, at the latest when patience is at its end. */
    public static LakeResults await(
            LakeOptions options, PostgresAddress postgres, Truth truth, PrintWriter out) {
        out.println("all is in Postgres; waiting for the next commit of the lake");
        out.flush();
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        try {
            while (!hasAll(options, truth) && System.nanoTime() < deadline) {
                TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
            }
            return read(options, postgres);
        } catch (IOException e) {
            throw unread(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RequestFailedException("interrupted", e);
        }
    }

    /** What is in the lake now. */
    public static LakeResults now(LakeOptions options, PostgresAddress postgres) {
        try {
            return read(options, postgres);
        } catch (IOException e) {
            throw unread(e);
        }
    }

    private static LakeResults read(LakeOptions options, PostgresAddress postgres)
            throws IOException {
        return LakeResults.of(LakeCells.of(options, MetersInForce.read(postgres)));
    }

    private static RequestFailedException unread(IOException e) {
        return new RequestFailedException("the lake cannot be read: " + e.getMessage(), e);
    }

    private static boolean hasAll(LakeOptions options, Truth truth) throws IOException {
        try (Lake lake = Lake.open(options)) {
            LakeView view = LakeView.of(lake);
            return view.rows(LakeTable.EVENTS)
                            == truth.counts().of(Count.METERED) + truth.counts().of(Count.UNMATCHED)
                    && view.rows(LakeTable.STALE_EVENTS) == truth.counts().of(Count.STALE);
        }
    }
}
