package io.tallyflow.integration.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.results.Question;
import io.tallyflow.schemas.progress.Count;
import io.tallyflow.schemas.progress.LaneCounts;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * A reader that looks whenever it is asked to and demands that what it sees is the truth of the
 * offsets it sees beside it, that it never goes back within an epoch, and that the chain of commits
 * is whole.
 */
public final class Witness {

    private static final Question<Long> BREAKS =
            new Question<>(
                    """
            select count(*) from (
              select commit, prev_token, prev_checkpoint,
                lag(token, 1, 0) over w as token,
                lag(checkpoint, 1, 0) over w as checkpoint,
                lag(commit, 1, 0) over w as before
              from tallyflow.ledger_history where abandoned_in_epoch is null
              window w as (order by commit)) as chain
            where prev_token <> token or prev_checkpoint <> checkpoint
              or commit <> before + 1
            """,
                    row -> row.getLong(1));

    private final Connections database;
    private final UsageLog log;
    private long epoch;
    private long commit;
    private long consumed;

    public Witness(Connections database, UsageLog log) {
        this.database = database;
        this.log = log;
    }

    /** Where the witness looks. */
    public interface Connections {
        Connection connect() throws SQLException;
    }

    /** Looks, and returns what it saw. */
    public ResultsReader.Results look() throws SQLException {
        try (Connection connection = database.connect()) {
            ResultsReader.Results seen = ResultsReader.read(connection, log.partitions());
            demandTruth(seen);
            demandProgress(seen);
            return seen;
        }
    }

    /** After everything: all is there, and the history is one unbroken chain. */
    public void demandComplete() throws SQLException {
        ResultsReader.Results seen = look();
        assertThat(seen.offsets()).isEqualTo(log.ends());
        try (Connection connection = database.connect()) {
            assertThat(BREAKS.one(connection)).as("breaks in the chain of commits").isZero();
        }
    }

    private void demandTruth(ResultsReader.Results seen) {
        UsageLog.Expected truth = log.truth(seen.offsets());
        assertThat(withoutAdjusted(seen.counts())).isEqualTo(truth.counts());
        assertThat(seen.totals().keySet()).isEqualTo(truth.totals().keySet());
        seen.totals()
                .forEach(
                        (cell, total) ->
                                assertThat(total)
                                        .as("%s at commit %s", cell, seen.commit())
                                        .isEqualByComparingTo(truth.totals().get(cell)));
    }

    private void demandProgress(ResultsReader.Results seen) {
        assertThat(seen.epoch()).isGreaterThanOrEqualTo(epoch);
        if (seen.epoch() == epoch) {
            assertThat(seen.commit()).isGreaterThanOrEqualTo(commit);
            assertThat(seen.counts().of(Count.CONSUMED)).isGreaterThanOrEqualTo(consumed);
        }
        epoch = seen.epoch();
        commit = seen.commit();
        consumed = seen.counts().of(Count.CONSUMED);
    }

    /** Whether a reading counts in its window or as an adjustment depends on interleaving. */
    private static LaneCounts withoutAdjusted(LaneCounts counts) {
        return LaneCounts.of(count -> count == Count.ADJUSTED ? 0 : counts.of(count));
    }
}
