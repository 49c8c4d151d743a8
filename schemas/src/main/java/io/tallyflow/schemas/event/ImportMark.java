package io.tallyflow.schemas.event;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an import writes on the records that it sends: their events were looked up, however old, and
 * none like them had been accepted. So such an event is never stale. This holds for records whose
 * Kafka timestamp is not too long after the look: for so long the stream remembers all that was
 * accepted since. A copy that somebody makes later is an event like any other.
 *
 * @param number of the import, from 1
 * @param until the last Kafka timestamp for which it holds
 */
public record ImportMark(long number, Instant until) {

    /** Name of the Kafka header; its value is {@code NUMBER until TIME}, the time in UTC. */
    public static final String HEADER = "tallyflow-import";

    /** How much later than the record a mark may end at most. */
    public static final Duration LONGEST = Duration.ofDays(1);

    private static final String BETWEEN = " until ";

    /** A number of 18 digits, and a time with nanoseconds. */
    private static final int MOST_BYTES = 64;

    /** Cuts the time to milliseconds, of which Kafka's timestamps are made. */
    public ImportMark {
        if (number < 1) {
            throw new IllegalArgumentException("imports are numbered from 1, not " + number);
        }
        until = Instant.ofEpochMilli(until.toEpochMilli());
    }

    /** The header of a record. */
    public RecordHeader header() {
        return new RecordHeader(
                HEADER, (number + BETWEEN + until).getBytes(StandardCharsets.US_ASCII));
    }

    /**
     * The number of the import that sent a record; 0 if none did, or its mark does not hold.
     * Whoever writes headers of this name that mean nothing sends events like any other.
     *
     * @param kafkaTimeMillis the record's Kafka timestamp
     */
    public static long numberIn(List<RecordHeader> headers, long kafkaTimeMillis) {
        byte[] found = null;
        for (int i = 0; i < headers.size(); i++) {
            RecordHeader header = headers.get(i);
            byte[] value = header.value();
            if (value != null && header.name().equals(HEADER)) {
                if (found != null && !Arrays.equals(found, value)) {
                    return 0;
                }
                found = value;
            }
        }
        ImportMark mark = found == null ? null : read(found);
        return mark != null && mark.holdsAt(kafkaTimeMillis) ? mark.number : 0;
    }

    /**
     * Whether it means anything on a record.
     *
     * @param kafkaTimeMillis the record's Kafka timestamp
     */
    public boolean holdsAt(long kafkaTimeMillis) {
        long left = until.toEpochMilli() - kafkaTimeMillis;
        return left >= 0 && left <= LONGEST.toMillis();
    }

    private static @Nullable ImportMark read(byte[] value) {
        String text = new String(value, StandardCharsets.ISO_8859_1);
        int between = text.indexOf(BETWEEN);
        if (between < 0 || value.length > MOST_BYTES) {
            return null;
        }
        try {
            return new ImportMark(
                    Long.parseLong(text.substring(0, between)),
                    Instant.parse(text.substring(between + BETWEEN.length())));
        } catch (IllegalArgumentException | DateTimeException | ArithmeticException e) {
            return null;
        }
    }
}
