package io.tallyflow.operations.reconcile;

import io.tallyflow.operations.counting.RunLimits;
import io.tallyflow.operations.patch.SettledRig;
import io.tallyflow.operations.reconcile.Reconcile.Outcome;
import io.tallyflow.schemas.meter.MeterFile;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** Settled windows of meters of all aggregations, to be compared with their events. */
abstract class ReconcileRig extends SettledRig {

    static final RunLimits LIMITS = new RunLimits(2, 64 << 20, 1_000);

    final List<Difference> differences = new ArrayList<>();

    /** What happens when events have been counted, and nothing has been compared yet. */
    Callable<?> meanwhile = () -> null;

    ReconcileRig() {
        super(
                MeterFile.parse(
                        "meters.yaml",
                        """
                        meters:
                          - {slug: calls, eventType: t, aggregation: COUNT}
                          - {slug: tokens, eventType: t, aggregation: SUM, valueProperty: $.n,
                             groupBy: {g: $.g}, windowSize: HOUR}
                          - {slug: values, eventType: t, aggregation: UNIQUE_COUNT, valueProperty: $.n,
                             groupBy: {g: $.g}, windowSize: DAY}
                          - {slug: least, eventType: t, aggregation: MIN, valueProperty: $.n,
                             windowSize: DAY}
                          - {slug: most, eventType: t, aggregation: MAX, valueProperty: $.n,
                             windowSize: HOUR}
                          - {slug: last, eventType: t, aggregation: LATEST, valueProperty: $.n,
                             windowSize: HOUR}
                          - {slug: mean, eventType: t, aggregation: AVG, valueProperty: $.n,
                             windowSize: DAY}
                        """));
    }

    final Outcome reconcile(
            @Nullable String slug, @Nullable Instant from, @Nullable Instant to, boolean repairs) {
        return reconcile(new Reconcile.Request(slug, from, to, repairs), LIMITS);
    }

    final Outcome reconcile(Reconcile.Request request, RunLimits limits) {
        differences.clear();
        return new Reconcile(
                        request.repairs() ? address() : addressOfReader(),
                        lake.options(),
                        limits,
                        Duration.ZERO,
                        new ReconcileListener() {
                            @Override
                            public synchronized void readPart() {
                                try {
                                    meanwhile.call();
                                    meanwhile = () -> null;
                                } catch (Exception e) {
                                    throw new IllegalStateException(e);
                                }
                            }

                            @Override
                            public void differs(Difference difference) {
                                differences.add(difference);
                            }
                        })
                .run(request);
    }

    final Outcome reconcile() {
        return reconcile(null, null, null, false);
    }

    final List<String> found() {
        return differences.stream()
                .map(
                        one ->
                                "%s %s %s %s %s of %d, not %s of %d"
                                        .formatted(
                                                one.place(),
                                                one.version().name(),
                                                one.subject(),
                                                one.group(),
                                                text(one.value()),
                                                one.readings(),
                                                text(one.counted()),
                                                one.events()))
                .sorted()
                .toList();
    }

    private static String text(@Nullable BigDecimal value) {
        return value == null ? "nothing" : value.toPlainString();
    }

    /** A further commit, which a batch of the lake stands for. */
    final void standAt(long checkpoint) throws Exception {
        run(
                """
                insert into tallyflow.ledger_history select (h).* from (
                    select jsonb_populate_record(h,
                        '{"checkpoint": %d, "commit": 2, "metered": 3, "consumed": 3}') as h
                    from tallyflow.ledger_history h) one
                """
                        .formatted(checkpoint));
    }
}
