package io.tallyflow.operations.voids;

import io.tallyflow.connectors.iceberg.table.Lake;
import io.tallyflow.connectors.iceberg.table.LakeOptions;
import io.tallyflow.connectors.iceberg.table.LakeView;
import io.tallyflow.connectors.postgres.patch.VoidTable;
import io.tallyflow.operations.counting.LakeAccess;
import io.tallyflow.operations.counting.RunLimits;
import io.tallyflow.operations.counting.Workers;
import io.tallyflow.operations.patch.PatchTurn;
import io.tallyflow.results.PostgresAddress;
import io.tallyflow.results.RequestFailedException;
import io.tallyflow.schemas.commit.CommitName;
import java.io.IOException;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Takes events back: finds voids in the lake, and counts the windows of their events again without
 * them, as the lake holds these. The stream goes on beside it. An event is in all totals until its
 * void is applied, and then in none, all at once. For one thread.
 */
public final class Correction implements AutoCloseable {

    private final PostgresAddress postgres;
    private final Lake lake;
    private final RunLimits limits;
    private CommitName looked = CommitName.NONE;
    private long left;

    private Correction(PostgresAddress postgres, Lake lake, RunLimits limits) {
        this.postgres = postgres;
        this.lake = lake;
        this.limits = limits;
    }

    /**
     * What came of it.
     *
     * @param commit that the lake stood for; null if it is empty, or stands at none that counts
     * @param isWhole whether the lake held all that was accepted
     * @param applied voids whose events no total includes any more
     * @param patches numbers of the runs that did that
     * @param waitForEvent voids whose event has not come
     * @param waitForWindows voids of whose event some window has not settled
     * @param waitForLake voids that can be applied once the lake has caught up
     */
    public record Outcome(
            @Nullable Long commit,
            boolean isWhole,
            int applied,
            List<Long> patches,
            int waitForEvent,
            int waitForWindows,
            int waitForLake) {

        static Outcome nothing(boolean isWhole) {
            return new Outcome(null, isWhole, 0, List.of(), 0, 0, 0);
        }
    }

    /**
     * Connects to the lake's catalog.
     *
     * @param limits memory and threads for looking and counting
     * @throws RequestFailedException if it does not answer
     */
    public static Correction of(PostgresAddress postgres, LakeOptions lake, RunLimits limits) {
        return new Correction(postgres, LakeAccess.open(lake), limits);
    }

    /**
     * Applies the voids that can be applied now.
     *
     * @param patience how long to wait while somebody else does
     * @throws RequestFailedException if somebody does for longer, or the lake or Postgres do not
     *     answer
     */
    public Outcome run(Duration patience) {
        Outcome outcome = run(/* always= */ true, patience);
        if (outcome == null) {
            throw new RequestFailedException(
                    "voids are being applied by another process: ask again");
        }
        return outcome;
    }

    /**
     * Likewise, unless the lake stands where it stood the last time and no other voids wait, or
     * somebody else applies voids.
     *
     * @return null if so
     * @throws RequestFailedException if the lake or Postgres do not answer
     */
    public @Nullable Outcome runIfNeeded() {
        return run(/* always= */ false, Duration.ZERO);
    }

    private @Nullable Outcome run(boolean always, Duration patience) {
        return LakeAccess.ask(
                postgres, "ended before all voids were applied", () -> pass(always, patience));
    }

    private @Nullable Outcome pass(boolean always, Duration patience) throws Exception {
        try (Connection connection = postgres.connect();
                Workers workers = new Workers(limits.workers())) {
            VoidTable voids = new VoidTable(connection);
            if (!always
                    && LakeView.of(lake).batch().equals(looked)
                    && voids.countPending() == left) {
                return null;
            }
            if (!PatchTurn.await(connection, patience)) {
                return null;
            }
            connection.setAutoCommit(false);
            // Only now: what another process has just applied may rest on a later lake.
            LakeView view = LakeView.of(lake);
            Outcome outcome = new CorrectionPass(connection, workers, view, limits).run();
            if (outcome.commit() != null) {
                looked = view.batch();
                left = voids.countPending();
                connection.rollback();
            }
            return outcome;
        }
    }

    @Override
    public void close() throws IOException {
        lake.close();
    }
}
