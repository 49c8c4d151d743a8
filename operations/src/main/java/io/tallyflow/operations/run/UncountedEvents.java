package io.tallyflow.operations.run;

import io.tallyflow.connectors.iceberg.table.LakeTable;
import io.tallyflow.connectors.iceberg.table.LakeView;
import io.tallyflow.connectors.iceberg.table.RowsOfFile;
import io.tallyflow.connectors.postgres.run.Uncounted;
import io.tallyflow.schemas.meter.MeterVersion;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.jspecify.annotations.Nullable;

/**
 * The events in the lake of a version's type and time that the stream did not count by it: those
 * that it counted by an earlier request. Once the lake has reached the commit that registered the
 * version there will be no others, whichever snapshot is read.
 */
final class UncountedEvents {

    private final Expression all;

    UncountedEvents(Uncounted counts) {
        this.all = notCounted(counts);
    }

    private static Expression notCounted(Uncounted counts) {
        MeterVersion version = counts.version();
        Expression passes =
                Expressions.and(
                        Expressions.equal("type", version.meter().eventType()),
                        Expressions.or(
                                Expressions.isNull("definitions"),
                                Expressions.lessThan(
                                        "definitions", Math.toIntExact(counts.request()))));
        if (version.fromMillis() != MeterVersion.ALWAYS_FROM) {
            passes =
                    Expressions.and(
                            passes,
                            Expressions.greaterThanOrEqual(
                                    "time", TimeUnit.MILLISECONDS.toMicros(version.fromMillis())));
        }
        if (version.toMillis() != MeterVersion.ALWAYS_TO) {
            passes =
                    Expressions.and(
                            passes,
                            Expressions.lessThan(
                                    "time", TimeUnit.MILLISECONDS.toMicros(version.toMillis())));
        }
        return passes;
    }

    /**
     * The days, UTC, on which there may be some; in order.
     *
     * @param after earlier days are left out; null for none
     */
    List<LocalDate> days(LakeView view, @Nullable Instant after) {
        List<LocalDate> days = view.days(LakeTable.EVENTS, all);
        return after == null
                ? days
                : days.stream().filter(day -> !start(day).isBefore(after)).toList();
    }

    /** Those of one day, to be read side by side. */
    List<RowsOfFile> of(LocalDate day, LakeView view, List<String> columns) {
        Expression ofDay =
                Expressions.and(
                        all,
                        Expressions.greaterThanOrEqual("time", micros(start(day))),
                        Expressions.lessThan("time", micros(start(day.plusDays(1)))));
        return view.parts(LakeTable.EVENTS, ofDay, columns);
    }

    static Instant start(LocalDate day) {
        return day.atStartOfDay(ZoneOffset.UTC).toInstant();
    }

    private static long micros(Instant time) {
        return TimeUnit.SECONDS.toMicros(time.getEpochSecond());
    }
}
