package io.tallyflow.cli;

import io.tallyflow.cli.demo.SeenInLake;
import io.tallyflow.cli.demo.Truth;
import io.tallyflow.cli.lake.LakeCells;
import io.tallyflow.cli.lake.LakeSeen;
import io.tallyflow.connectors.iceberg.Lake;
import io.tallyflow.connectors.iceberg.LakeOptions;
import io.tallyflow.connectors.iceberg.LakeTable;
import io.tallyflow.connectors.iceberg.LakeView;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Waits until the lake, which follows Postgres, has all of a run. */
final class LakeArrival {

    /** Several commit intervals; what is not there then is missing. */
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private static final long LOOK_MILLIS = 500;

    private LakeArrival() {}

    /** What is in the lake, at the latest when patience is at its end. */
    static SeenInLake await(
            LakeOptions options, PostgresAddress postgres, Truth truth, PrintWriter out) {
        out.println("all is in Postgres; waiting for the next commit of the lake");
        out.flush();
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        try {
            while (!hasAll(options, truth) && System.nanoTime() < deadline) {
                TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
            }
            return LakeSeen.of(LakeCells.of(options, MetersInForce.read(postgres)));
        } catch (IOException e) {
            throw new CommandFailure("the lake cannot be read: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailure("interrupted", e);
        }
    }

    private static boolean hasAll(LakeOptions options, Truth truth) throws IOException {
        try (Lake lake = Lake.open(options)) {
            LakeView view = LakeView.of(lake);
            return view.rows(LakeTable.EVENTS)
                            == truth.counts().metered() + truth.counts().unmatched()
                    && view.rows(LakeTable.STALE_EVENTS) == truth.counts().stale();
        }
    }
}
