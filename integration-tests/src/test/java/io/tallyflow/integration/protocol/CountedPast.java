package io.tallyflow.integration.protocol;

import static io.tallyflow.schemas.event.AnEvent.anEvent;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.connectors.iceberg.table.LakeOptions;
import io.tallyflow.connectors.iceberg.write.SmallLake;
import io.tallyflow.operations.counting.RunLimits;
import io.tallyflow.operations.reconcile.Difference;
import io.tallyflow.operations.reconcile.Reconcile;
import io.tallyflow.operations.reconcile.ReconcileListener;
import io.tallyflow.operations.run.Backfill;
import io.tallyflow.operations.run.RunListener;
import io.tallyflow.operations.voids.Correction;
import io.tallyflow.results.PostgresAddress;
import io.tallyflow.results.Question;
import io.tallyflow.schemas.commit.CommitName;
import io.tallyflow.schemas.event.UsageEvent;
import io.tallyflow.schemas.event.VoidRequest;
import io.tallyflow.schemas.stream.LakeRow;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Counts the past again beside a {@link PipelineRig}: from a lake that is made anew each time, and
 * holds what had been accepted by the ledger's last commit, and all voids that were asked for.
 */
final class CountedPast {

    private static final Duration NOT_LONG = Duration.ZERO;
    private static final RunLimits LIMITS = new RunLimits(2, 64 << 20, 10_000);

    private static final Question<long[]> LEDGER =
            new Question<>(
                    "select token, checkpoint, epoch from tallyflow.ledger",
                    row -> new long[] {row.getLong(1), row.getLong(2), row.getLong(3)});

    private final ProtocolDatabase database;
    private final Path directory;
    private final List<UsageEvent> voids = new ArrayList<>();
    private int lakes;

    CountedPast(ProtocolDatabase database, Path directory) {
        this.database = database;
        this.directory = directory;
    }

    /** Something that is done with a lake. */
    interface Deed {
        void with(LakeOptions lake) throws Exception;
    }

    /** Takes an event back, once it is in a lake. */
    void takeBack(UsageEvent event) {
        voids.add(
                anEvent()
                        .subject(event.subject())
                        .source("voids")
                        .id("v" + voids.size())
                        .type(VoidRequest.TYPE)
                        .timeMicros(event.timeMicros())
                        .data(
                                "{\"source\": \"%s\", \"id\": \"%s\"}"
                                        .formatted(event.source(), event.id()))
                        .build());
    }

    /**
     * Does something with a lake of some events.
     *
     * @param accepted events, with the number that each bears
     */
    void with(List<LakeRow> accepted, Deed deed) throws Exception {
        long[] ledger;
        try (Connection connection = database.connect()) {
            Question.run(
                    connection,
                    "drop table if exists iceberg_tables, iceberg_namespace_properties");
            ledger = LEDGER.one(connection);
        }
        List<LakeRow> rows = new ArrayList<>(accepted);
        voids.forEach(event -> rows.add(LakeRow.accepted(event, 0)));
        try (SmallLake lake = new SmallLake(options())) {
            lake.begin(new CommitName(ledger[0], ledger[1]), ledger[2], rows);
            deed.with(lake.options());
        }
    }

    private LakeOptions options() {
        PostgresAddress postgres = database.address();
        return SmallLake.options(
                postgres.url(), postgres.user(), directory.resolve("lake" + lakes++));
    }

    /**
     * Counts what the stream has not.
     *
     * @param version null for all that totals show
     */
    void backfill(LakeOptions lake, String slug, @Nullable Integer version) {
        new Backfill(database.address(), lake, LIMITS, new RunListener() {})
                .run(
                        version == null
                                ? Backfill.Request.all(slug, NOT_LONG)
                                : Backfill.Request.version(slug, version, NOT_LONG));
    }

    /** Applies the voids that can be applied. */
    void correct(LakeOptions lake) throws Exception {
        try (Correction correction = Correction.of(database.address(), lake, LIMITS)) {
            assertThat(correction.run(NOT_LONG).commit()).isNotNull();
        }
    }

    /** Everything that has settled is what its events come to. */
    long reconcile(LakeOptions lake) {
        List<Difference> differences = new ArrayList<>();
        Reconcile.Outcome outcome =
                new Reconcile(
                                database.address(),
                                lake,
                                LIMITS,
                                NOT_LONG,
                                new ReconcileListener() {
                                    @Override
                                    public void differs(Difference difference) {
                                        differences.add(difference);
                                    }
                                })
                        .run(new Reconcile.Request(null, null, null, /* repairs= */ false));
        assertThat(differences).isEmpty();
        return outcome.postgres().compared();
    }
}
