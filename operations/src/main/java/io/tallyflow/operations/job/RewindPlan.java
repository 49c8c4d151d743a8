package io.tallyflow.operations.job;

import io.tallyflow.operations.state.FilesSeen;
import io.tallyflow.results.RequestFailedException;
import io.tallyflow.results.ledger.LedgerHistory;
import io.tallyflow.results.ledger.LedgerHistory.Newest;
import io.tallyflow.results.ledger.LedgerHistory.PastCommit;
import io.tallyflow.results.ledger.LedgerPosition;
import io.tallyflow.results.savepoint.RecordedSavepoint;
import io.tallyflow.results.savepoint.SavepointTable;
import io.tallyflow.schemas.commit.RewindTarget;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;

/**
 * How the results get back to a savepoint.
 *
 * @param savepoint to start from
 * @param position of its commit
 * @param commit that is the last one to stay
 * @param newest where the results stand when this is planned
 * @param files what is known of the savepoint's files
 */
record RewindPlan(
        RecordedSavepoint savepoint,
        LedgerPosition position,
        PastCommit commit,
        Newest newest,
        FilesSeen files) {

    /**
     * Plans a rewind.
     *
     * @param path as it is on record
     * @throws RequestFailedException if the results cannot get back there
     */
    static RewindPlan to(String path, String pipeline, SavepointFiles files, Connection connection)
            throws SQLException {
        RecordedSavepoint savepoint = new SavepointTable(connection, pipeline).at(path);
        if (savepoint == null) {
            throw new RequestFailedException(
                    "no savepoint at "
                            + path
                            + " is on record for pipeline "
                            + pipeline
                            + ": tallyflow savepoints lists those that are; how to go back to"
                            + " another state is in docs/operating/rewind.md");
        }
        FilesSeen seen = files.of(path);
        if (seen == FilesSeen.GONE) {
            throw new RequestFailedException(
                    "the files of savepoint " + path + " are gone: choose an older savepoint");
        } else if (savepoint.abandoned()) {
            throw new RequestFailedException(
                    "savepoint "
                            + path
                            + " stands for a commit that a rewind has taken back: choose one that"
                            + " tallyflow savepoints does not list as taken back");
        }
        LedgerPosition position = savepoint.position();
        if (position == null) {
            throw new RequestFailedException(
                    "the commit of savepoint "
                            + path
                            + " is not made: if the job still makes checkpoints, wait for the next"
                            + " one; if it has ended, start from the savepoint as it is");
        }
        LedgerHistory history = new LedgerHistory(connection, pipeline);
        PastCommit commit =
                Objects.requireNonNull(history.commit(position), "its place was found there");
        return new RewindPlan(savepoint, position, commit, history.newest(), seen);
    }

    /** As the job is told. */
    RewindTarget target() {
        return new RewindTarget(position.commit(), newest.position().epoch());
    }

    /**
     * Makes sure that Kafka can give again what is taken back.
     *
     * @param first the oldest offset that each partition of the topic still has
     * @throws RequestFailedException if records are gone: totals would lack them
     */
    void requireRecords(String topic, SortedMap<Integer, Long> first) {
        List<String> gone = new ArrayList<>();
        commit.offsets()
                .forEach(
                        (partition, next) -> {
                            Long oldest = first.get(partition);
                            if (oldest == null) {
                                gone.add("partition " + partition + " is not there");
                            } else if (oldest > next) {
                                gone.add(
                                        "partition "
                                                + partition
                                                + " begins at "
                                                + oldest
                                                + " instead of "
                                                + next);
                            }
                        });
        if (!gone.isEmpty()) {
            throw new RequestFailedException(
                    "Kafka cannot give again what a rewind would take back: in topic "
                            + topic
                            + " "
                            + String.join(", ", gone)
                            + ". Totals would lack those records, so nothing was changed: choose a"
                            + " later savepoint");
        }
    }

    /** The commit that is the last one to stay, for people. */
    String staying() {
        return position.commit()
                + "  epoch "
                + position.epoch()
                + "  checkpoint "
                + savepoint.savepoint().checkpoint()
                + "  made "
                + commit.at().truncatedTo(ChronoUnit.SECONDS);
    }

    /** What is taken back, for people. */
    String takenBack() {
        long commits = newest.position().commit() - position.commit();
        if (commits == 0) {
            return "nothing so far";
        }
        return commits
                + (commits == 1 ? " commit" : " commits")
                + " up to "
                + newest.position().commit()
                + ", "
                + (newest.consumed() - commit.consumed())
                + " records to be read again";
    }
}
