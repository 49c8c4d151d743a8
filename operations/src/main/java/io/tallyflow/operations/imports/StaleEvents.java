package io.tallyflow.operations.imports;

import io.tallyflow.connectors.iceberg.table.Lake;
import io.tallyflow.connectors.iceberg.table.LakeTable;
import io.tallyflow.connectors.iceberg.table.LakeView;
import io.tallyflow.connectors.kafka.EventRecord;
import io.tallyflow.schemas.event.RecordHeader;
import io.tallyflow.schemas.event.UsageEvent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.io.CloseableIterable;
import org.jspecify.annotations.Nullable;

/** Events of one day that came too late for the stream, as the lake keeps them. */
final class StaleEvents implements EventSource {

    private static final List<String> COLUMNS =
            List.of("subject", "source", "id", "type", "time", "data");

    private final Lake lake;
    private final LocalDate day;

    /** Taken when it is first read: what comes later is not part of it. */
    private @Nullable LakeView view;

    /**
     * @param day of event time, UTC
     */
    StaleEvents(Lake lake, LocalDate day) {
        this.lake = lake;
        this.day = day;
    }

    /** The days on which there are some, in order. */
    static List<LocalDate> days(LakeView view) {
        return view.days(LakeTable.STALE_EVENTS, Expressions.alwaysTrue());
    }

    @Override
    public long read(long from, Visitor visitor) throws IOException {
        LakeView view = this.view == null ? LakeView.of(lake) : this.view;
        this.view = view;
        long position = 0;
        boolean goesOn = true;
        try (CloseableIterable<StructLike> rows =
                view.scan(
                        LakeTable.STALE_EVENTS,
                        Expressions.and(
                                Expressions.greaterThanOrEqual("time", micros(day)),
                                Expressions.lessThan("time", micros(day.plusDays(1)))),
                        COLUMNS)) {
            for (StructLike row : rows) {
                if (position >= from) {
                    goesOn = visitor.event(sourced(event(row)));
                }
                position++;
                if (!goesOn) {
                    break;
                }
            }
        }
        return position;
    }

    private static long micros(LocalDate day) {
        return TimeUnit.SECONDS.toMicros(day.toEpochSecond(LocalTime.MIN, ZoneOffset.UTC));
    }

    private static UsageEvent event(StructLike row) {
        String data = row.get(5, String.class);
        return new UsageEvent(
                row.get(0, String.class),
                row.get(1, String.class),
                row.get(2, String.class),
                row.get(3, String.class),
                row.get(4, Long.class),
                data == null ? null : data.getBytes(StandardCharsets.UTF_8),
                0,
                0,
                0,
                0);
    }

    private static SourcedEvent sourced(UsageEvent event) {
        return new SourcedEvent(event, () -> record(event));
    }

    /** In binary mode, in which data is what it was to the byte. */
    private static EventRecord record(UsageEvent event) {
        byte[] data = event.data();
        return new EventRecord(
                event.subject(),
                data == null ? new byte[0] : data,
                List.of(
                        header("content-type", "application/json"),
                        header("ce_specversion", "1.0"),
                        header("ce_id", event.id()),
                        header("ce_source", event.source()),
                        header("ce_type", event.type()),
                        header("ce_subject", event.subject()),
                        header(
                                "ce_time",
                                Instant.EPOCH
                                        .plus(event.timeMicros(), ChronoUnit.MICROS)
                                        .toString())));
    }

    private static RecordHeader header(String name, String text) {
        return new RecordHeader(name, text.getBytes(StandardCharsets.UTF_8));
    }
}
