package io.tallyflow.connectors.iceberg.commit;

import io.tallyflow.connectors.refusal.CommitLedger;
import io.tallyflow.connectors.refusal.SinkRefusedException;
import io.tallyflow.connectors.refusal.SinkRefusedException.Refusal;
import io.tallyflow.schemas.commit.CommitName;
import java.util.Comparator;
import java.util.LinkedHashMap;
import org.jspecify.annotations.Nullable;

/** A ledger by the rules of the one in Postgres, shared by all starts of a test's job. */
public final class MemoryLedger implements CommitLedger {

    private static final long serialVersionUID = 1L;

    private final LinkedHashMap<CommitName, CommitStanding> history = new LinkedHashMap<>();
    private CommitName head = CommitName.NONE;
    private long epoch;

    @Override
    public synchronized @Nullable CommitStanding find(CommitName name) {
        return history.keySet().stream()
                .filter(made -> made.token() == name.token())
                .filter(made -> made.checkpoint() >= name.checkpoint())
                .min(Comparator.comparingLong(CommitName::checkpoint))
                .map(history::get)
                .orElse(null);
    }

    @Override
    public synchronized boolean isEmpty() {
        return history.isEmpty();
    }

    public synchronized long epoch() {
        return epoch;
    }

    /**
     * Makes a commit, as the sink's committer does.
     *
     * @param rewindFrom the epoch in which this start may take back what lies behind the commit
     *     before; null if it may not
     */
    public synchronized void commit(
            CommitName name, CommitName previous, @Nullable Long rewindFrom) {
        CommitStanding known = history.get(name);
        if (known != null && known.abandoned()) {
            throw new SinkRefusedException(Refusal.STATE_ABANDONED, name + " was taken back.");
        } else if (known != null) {
            return;
        }
        if (rewindFrom != null && rewindFrom == epoch && isValid(previous)) {
            epoch++;
            abandonAfter(previous);
        } else if (!previous.equals(head)) {
            throw new SinkRefusedException(
                    Refusal.SINK_REGRESSED, name + " follows " + previous + ", not " + head + ".");
        }
        history.put(name, new CommitStanding(epoch, false));
        head = name;
    }

    private boolean isValid(CommitName name) {
        CommitStanding place = history.get(name);
        return place != null && !place.abandoned();
    }

    private void abandonAfter(CommitName target) {
        boolean after = false;
        for (var commit : history.entrySet()) {
            if (after) {
                commit.setValue(new CommitStanding(commit.getValue().epoch(), true));
            }
            after |= commit.getKey().equals(target);
        }
    }

    @Override
    public void close() {}
}
