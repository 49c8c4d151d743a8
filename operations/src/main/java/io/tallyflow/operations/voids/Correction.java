package io.tallyflow.operations.voids;

import io.tallyflow.connectors.iceberg.table.Lake;
import io.tallyflow.connectors.iceberg.table.LakeOptions;
import io.tallyflow.connectors.iceberg.table.LakeView;
import io.tallyflow.connectors.postgres.patch.PatchTable;
import io.tallyflow.connectors.postgres.patch.VoidTable;
import io.tallyflow.operations.counting.LakeAccess;
import io.tallyflow.operations.counting.RunLimits;
import io.tallyflow.operations.counting.Workers;
import io.tallyflow.results.FirstCause;
import io.tallyflow.results.PostgresAddress;
import io.tallyflow.results.PostgresTrouble;
import io.tallyflow.results.RequestFailedException;
import io.tallyflow.results.RequestRefusedException;
import io.tallyflow.schemas.commit.CommitName;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
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
     * @throws RequestFailedException if somebody else does, or the lake or Postgres do not answer
     */
    public Outcome run() {
        return Objects.requireNonNull(run(/* always= */ true));
    }

    /**
     * Likewise, unless the lake stands where it stood the last time and no void waits for anything
     * else.
     *
     * @return null if it does
     * @throws RequestFailedException as {@link #run()}
     */
    public @Nullable Outcome runIfNeeded() {
        return run(/* always= */ false);
    }

    private @Nullable Outcome run(boolean always) {
        try (Connection connection = postgres.connect();
                Workers workers = new Workers(limits.workers())) {
            LakeView view = LakeView.of(lake);
            if (!always
                    && view.batch().equals(looked)
                    && new VoidTable(connection).pending().isEmpty()) {
                return null;
            }
            if (!new PatchTable(connection).patchAlone()) {
                throw new RequestFailedException(
                        "voids are being applied by another process: ask again");
            }
            connection.setAutoCommit(false);
            Outcome outcome = new CorrectionPass(connection, workers, view, limits).run();
            if (outcome.commit() != null) {
                looked = view.batch();
            }
            return outcome;
        } catch (SQLException e) {
            throw PostgresTrouble.failure(postgres, e);
        } catch (RequestFailedException | RequestRefusedException e) {
            throw e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RequestFailedException("ended before all voids were applied", e);
        } catch (Exception e) {
            throw new RequestFailedException("the lake cannot be read: " + FirstCause.of(e), e);
        }
    }

    @Override
    public void close() throws IOException {
        lake.close();
    }
}
