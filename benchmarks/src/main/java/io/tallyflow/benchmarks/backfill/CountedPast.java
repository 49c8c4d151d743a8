package io.tallyflow.benchmarks.backfill;

import io.tallyflow.connectors.iceberg.table.Lake;
import io.tallyflow.connectors.iceberg.table.LakeOptions;
import io.tallyflow.connectors.postgres.schema.MeterRegistry;
import io.tallyflow.connectors.postgres.schema.MeterRequests;
import io.tallyflow.connectors.postgres.schema.Migrations;
import io.tallyflow.local.embedded.LakeAddress;
import io.tallyflow.operations.counting.RunLimits;
import io.tallyflow.operations.reconcile.Reconcile;
import io.tallyflow.operations.reconcile.ReconcileListener;
import io.tallyflow.operations.run.Backfill;
import io.tallyflow.operations.run.RunListener;
import io.tallyflow.results.PostgresAddress;
import io.tallyflow.results.Question;
import io.tallyflow.schemas.commit.CommitName;
import io.tallyflow.schemas.meter.MeterFile;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Lets meters that come later count a {@link PastLake}. */
public final class CountedPast {

    private static final String USER = "tallyflow";
    private static final double NANOS_PER_SECOND = 1e9;
    private static final int MOST_GROUPS = 10_000;

    /** What is counted for a meter: two groups in windows of an hour, one in those of a minute. */
    private static final List<String> MEANINGS =
            List.of(
                    "aggregation: SUM, valueProperty: $.tokens, windowSize: HOUR,"
                            + " groupBy: {model: $.model, type: $.type}",
                    "aggregation: COUNT, windowSize: MINUTE");

    private final PostgresAddress postgres;
    private final LakeOptions options;
    private final long events;
    private final int days;

    public CountedPast(String url, Path warehouse, long events, int days) {
        this.postgres = new PostgresAddress(url, USER, null);
        this.options = LakeAddress.options(url, USER, null, warehouse);
        this.events = events;
        this.days = days;
    }

    /**
     * One run.
     *
     * @param rows that it wrote
     * @param onlyCountedSeconds the same without writing
     * @param reconciledSeconds for counting again, and comparing with what was written
     */
    public record Counted(
            String meter,
            int workers,
            long events,
            long rows,
            double seconds,
            double onlyCountedSeconds,
            double reconciledSeconds) {}

    /**
     * Counts for each meter with each number of workers.
     *
     * @param memoryBytes of each run
     */
    public List<Counted> count(List<Integer> workers, long memoryBytes) throws Exception {
        Migrations.makePartitions(postgres.dataSource(), PastLake.END);
        CommitName batch;
        try (Lake lake = Lake.open(options)) {
            batch = new PastLake(lake, events, days).write();
        }
        List<Counted> all = new ArrayList<>();
        register(batch, workers);
        for (int meaning = 0; meaning < MEANINGS.size(); meaning++) {
            for (int count : workers) {
                RunLimits limits = new RunLimits(count, memoryBytes, MOST_GROUPS);
                String slug = slug(meaning, count);
                long begun = System.nanoTime();
                run(slug, limits, /* writes= */ false);
                long counted = System.nanoTime();
                Backfill.Outcome outcome = run(slug, limits, /* writes= */ true);
                long written = System.nanoTime();
                reconcile(slug, limits);
                long reconciled = System.nanoTime();
                all.add(
                        new Counted(
                                slug,
                                count,
                                outcome.events(),
                                outcome.windows(),
                                (written - counted) / NANOS_PER_SECOND,
                                (counted - begun) / NANOS_PER_SECOND,
                                (reconciled - written) / NANOS_PER_SECOND));
            }
        }
        return all;
    }

    private static String slug(int meaning, int workers) {
        return (meaning == 0 ? "hours" : "minutes") + "_by_" + workers;
    }

    private Backfill.Outcome run(String slug, RunLimits limits, boolean writes) {
        return new Backfill(postgres, options, limits, new RunListener() {})
                .run(new Backfill.Request(slug, null, null, null, null, writes, Duration.ZERO))
                .get(0);
    }

    private void reconcile(String slug, RunLimits limits) {
        Reconcile.Outcome outcome =
                new Reconcile(postgres, options, limits, Duration.ZERO, new ReconcileListener() {})
                        .run(new Reconcile.Request(slug, null, null, /* repairs= */ false));
        if (!outcome.isEqual() || outcome.postgres().left() > 0) {
            throw new IllegalStateException("what was counted is not what was written: " + outcome);
        }
    }

    /** As the commit of a job does that had written the lake before. */
    private void register(CommitName batch, List<Integer> workers) throws Exception {
        StringBuilder meters = new StringBuilder("meters:\n");
        for (int meaning = 0; meaning < MEANINGS.size(); meaning++) {
            for (int count : workers) {
                meters.append(
                        "  - {slug: %s, eventType: %s, %s}\n"
                                .formatted(
                                        slug(meaning, count),
                                        PastLake.TYPE,
                                        MEANINGS.get(meaning)));
            }
        }
        MeterRequests.apply(
                postgres.dataSource(),
                MeterFile.parse("meters", meters.toString()),
                /* prune= */ false,
                /* from= */ null);
        try (Connection connection = postgres.connect()) {
            connection.setAutoCommit(false);
            Question.run(
                    connection,
                    """
                    insert into tallyflow.ledger (pipeline, commit, token, checkpoint)
                    values ('past', 1, ?, ?)
                    """,
                    batch.token(),
                    batch.checkpoint());
            Question.run(
                    connection,
                    """
                    insert into tallyflow.ledger_history (pipeline, epoch, commit, token, checkpoint,
                        prev_token, prev_checkpoint, committed_at, offsets, consumed, metered,
                        unmatched, duplicate, conflict, stale, rejected, readings, adjusted, ignored,
                        reasons)
                    values ('past', 0, 1, ?, ?, 0, 0, now(), '{}', ?, 0, ?, 0, 0, 0, 0, 0, 0, 0, '{}')
                    """,
                    batch.token(),
                    batch.checkpoint(),
                    events,
                    events);
            MeterRegistry.register(connection, 0, Long.MAX_VALUE, 1, request -> null);
            connection.commit();
        }
    }
}
