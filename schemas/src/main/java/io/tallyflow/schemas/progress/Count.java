package io.tallyflow.schemas.progress;

import io.tallyflow.schemas.event.Lane;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What is counted, in the order in which it is stored and shown. Adding one here adds it to the
 * job's state, its metrics, the ledger's statements and everything that shows counts; the ledger's
 * columns are made by a migration. A new one comes last, as what was stored before is read by its
 * order.
 */
public enum Count {
    CONSUMED(null, "consumedRecords", "records", "read from Kafka"),
    METERED(Lane.METERED, "meteredRecords", "records", "accepted, at least one meter for the type"),
    UNMATCHED(Lane.UNMATCHED, "unmatchedRecords", "records", "accepted, no meter for the type"),
    DUPLICATE(Lane.DUPLICATE, "duplicateRecords", "records", "equal identity, counted before"),
    CONFLICT(Lane.CONFLICT, "conflictRecords", "records", "equal identity, other type or data"),
    STALE(Lane.STALE, "staleRecords", "records", "older than the dedupe horizon"),
    REJECTED(Lane.REJECTED, "rejectedRecords", "records", "not a valid usage event"),
    READINGS(null, "readings", "readings", "that counted, in a window or as an adjustment"),
    ADJUSTED(null, "adjustedReadings", "readings", "of these, those that came after settling"),
    IGNORED(null, "ignoredReadings", "readings", "that a matching meter could not take");

    private static final List<Count> ALL = List.of(values());

    private final @Nullable Lane lane;
    private final String metric;
    private final String unit;
    private final String meaning;

    Count(@Nullable Lane lane, String metric, String unit, String meaning) {
        this.lane = lane;
        this.metric = metric;
        this.unit = unit;
        this.meaning = meaning;
    }

    /** All of them, in order. */
    public static List<Count> all() {
        return ALL;
    }

    /** How many records ended in a lane. */
    public static Count of(Lane lane) {
        return ALL.stream().filter(count -> count.lane == lane).findFirst().orElseThrow();
    }

    /** The lane whose records are counted; null if it is something else. */
    public @Nullable Lane lane() {
        return lane;
    }

    /** Column of the ledger and of the view {@code tallyflow.progress}. */
    public String column() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** All columns in order, with commas between, for a statement. */
    public static String columns() {
        return Arrays.stream(values()).map(Count::column).collect(Collectors.joining(", "));
    }

    /** Name of its metric. */
    public String metric() {
        return metric;
    }

    /** What is counted, in the plural. */
    public String unit() {
        return unit;
    }

    /** Which of them. */
    public String meaning() {
        return meaning;
    }
}
