package io.tallyflow.connectors.postgres;

import io.tallyflow.connectors.postgres.session.DriverRelease;
import io.tallyflow.schemas.commit.CommitName;
import io.tallyflow.schemas.usage.UsageChange;
import java.util.function.Consumer;
import org.apache.flink.api.connector.sink2.Committer;
import org.apache.flink.api.connector.sink2.CommitterInitContext;
import org.apache.flink.api.connector.sink2.CommittingSinkWriter;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SupportsCommitter;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.connector.jdbc.datasource.connections.JdbcConnectionProvider;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.streaming.api.connector.sink2.CommittableMessage;
import org.apache.flink.streaming.api.connector.sink2.CommittableMessageTypeInfo;
import org.apache.flink.streaming.api.connector.sink2.SupportsPreCommitTopology;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.jspecify.annotations.Nullable;

/**
 * Commits the results of each completed checkpoint to Postgres in one transaction, exactly once.
 *
 * <pre>
 * usage changes => writer (collapses per key)
 *   => gather (parallelism 1: numbers the parts, names the commit)
 *   => committer (subtask 0: one transaction per checkpoint)
 * </pre>
 *
 * Flink's interfaces for the middle step are experimental; only this class and {@link GatherCommit}
 * touch them.
 */
public final class PostgresUsageSink
        implements Sink<UsageChange>,
                SupportsCommitter<CommitPart>,
                SupportsPreCommitTopology<CommitPart, CommitPart> {

    private static final long serialVersionUID = 1L;

    /** Flink puts the sink's own uid before it; a contract with the job's state. */
    static final String GATHER_UID = "gather";

    private final JdbcConnectionProvider connections;
    private final PostgresSinkOptions options;

    /** Part of building the job, not of the job. */
    private transient @Nullable Consumer<DataStream<CommitName>> follower;

    /**
     * A sink for one pipeline.
     *
     * @param connections where to; opened lazily, one connection at a time
     */
    public PostgresUsageSink(JdbcConnectionProvider connections, PostgresSinkOptions options) {
        this.connections = connections;
        this.options = options;
    }

    /**
     * Lets others follow the ledger.
     *
     * @param newFollower is given the name of each checkpoint's commit, which comes ahead of its
     *     barrier, whenever the job's graph is made. What it adds belongs to this sink and is named
     *     after it
     */
    public void followedBy(Consumer<DataStream<CommitName>> newFollower) {
        follower = newFollower;
    }

    @Override
    public CommittingSinkWriter<UsageChange, CommitPart> createWriter(WriterInitContext context) {
        // A writer runs on every worker that anything of the job runs on.
        context.getUserCodeClassLoader()
                .registerReleaseHookIfAbsent(DriverRelease.NAME, new DriverRelease());
        WriterBudget budget =
                WriterBudget.of(
                        context.getTaskInfo().getNumberOfParallelSubtasks(),
                        options.partBytes(),
                        Runtime.getRuntime().maxMemory());
        return new UsageWriter(budget, new WriterPause(budget.pause()));
    }

    @Override
    public DataStream<CommittableMessage<CommitPart>> addPreCommitTopology(
            DataStream<CommittableMessage<CommitPart>> written) {
        // The committer has the sink's parallelism; the second global() sends all to subtask 0.
        SingleOutputStreamOperator<CommittableMessage<CommitPart>> gathered =
                written.global()
                        .transform(
                                "gather the commit",
                                CommittableMessageTypeInfo.of(() -> CommitPartSerializer.INSTANCE),
                                new GatherCommit(new LedgerStart(connections, options)))
                        .setParallelism(1)
                        .setMaxParallelism(1)
                        .uid(GATHER_UID);
        if (follower != null) {
            follower.accept(gathered.getSideOutput(GatherCommit.NAMES));
        }
        return gathered.global();
    }

    @Override
    public Committer<CommitPart> createCommitter(CommitterInitContext context) {
        // All commits come to subtask 0.
        CommitMetrics metrics =
                context.getTaskInfo().getIndexOfThisSubtask() == 0
                        ? CommitMetrics.register(context.metricGroup(), System::nanoTime)
                        : CommitMetrics.unregistered();
        return new LedgerCommitter(connections, options, metrics);
    }

    @Override
    public SimpleVersionedSerializer<CommitPart> getCommittableSerializer() {
        return CommitPartSerializer.INSTANCE;
    }

    @Override
    public SimpleVersionedSerializer<CommitPart> getWriteResultSerializer() {
        return CommitPartSerializer.INSTANCE;
    }
}
