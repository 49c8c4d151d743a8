package io.tallyflow.connectors.postgres;

import io.tallyflow.connectors.postgres.session.PostgresSession;
import io.tallyflow.connectors.refusal.SinkRefusedException;
import io.tallyflow.connectors.refusal.SinkRefusedException.Refusal;
import io.tallyflow.schemas.commit.CommitName;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.api.connector.sink2.Committer;
import org.apache.flink.connector.jdbc.datasource.connections.JdbcConnectionProvider;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Applies the parts of one checkpoint in one transaction. Flink calls it once per completed
 * checkpoint, oldest first, and again after a restart for what was pending.
 */
final class LedgerCommitter implements Committer<CommitPart> {

    private static final Logger LOG = LoggerFactory.getLogger(LedgerCommitter.class);

    private final PostgresSinkOptions options;
    private final PostgresSession session;
    private final CommitMetrics metrics;
    private boolean committed;

    /** A committer for one pipeline. */
    LedgerCommitter(
            JdbcConnectionProvider connections,
            PostgresSinkOptions options,
            CommitMetrics metrics) {
        this.options = options;
        this.session = new PostgresSession(connections, options.patience(), metrics.outage());
        this.metrics = metrics;
    }

    @Override
    public void commit(Collection<CommitRequest<CommitPart>> requests)
            throws IOException, InterruptedException {
        Map<Long, List<CommitPart>> commits = new TreeMap<>();
        for (CommitRequest<CommitPart> request : requests) {
            CommitPart part = request.getCommittable();
            commits.computeIfAbsent(part.name().checkpoint(), name -> new ArrayList<>()).add(part);
        }
        for (List<CommitPart> parts : commits.values()) {
            commit(
                    new CommitTransaction(
                            options.pipeline(), options.allowedLateness(), complete(parts)));
        }
    }

    private void commit(CommitTransaction transaction) throws IOException, InterruptedException {
        long start = metrics.now();
        CommitTransaction.Outcome outcome = session.run(transaction);
        metrics.committed(outcome.rows(), start);
        if (!committed) {
            committed = true;
            LOG.info(
                    "First commit of this start: commit {} of epoch {}, {}, {} rows in {} ms",
                    outcome.commit(),
                    outcome.epoch(),
                    outcome.applied() ? "applied now" : "found applied",
                    outcome.rows(),
                    metrics.lastDurationMillis());
        }
    }

    @Override
    public void close() {
        session.close();
    }

    private static List<CommitPart> complete(List<CommitPart> parts) {
        parts.sort(Comparator.comparingInt(CommitPart::number));
        CommitName name = parts.get(0).name();
        int count = parts.get(0).count();
        boolean whole = parts.size() == count;
        for (int number = 0; whole && number < count; number++) {
            CommitPart part = parts.get(number);
            whole = part.number() == number && part.name().equals(name) && part.count() == count;
        }
        if (!whole) {
            throw new SinkRefusedException(
                    Refusal.COMMIT_INCOMPLETE,
                    "commit "
                            + name
                            + " should have "
                            + count
                            + " parts, here are "
                            + parts.size()
                            + ". Nothing was written. The checkpoint is damaged: start from another"
                            + " one and rewind to it.");
        }
        return parts;
    }
}
