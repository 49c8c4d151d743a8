package io.tallyflow.local.truth;

import java.time.LocalDate;

/** Writes event times in the ways that RFC 3339 allows. */
final class WrittenTime {

    private static final long MICROS_PER_SECOND = 1_000_000;
    private static final long MICROS_PER_DAY = 86_400 * MICROS_PER_SECOND;
    private static final long MICROS_PER_MINUTE = 60 * MICROS_PER_SECOND;

    private static final String[] OFFSETS = {"Z", "+05:45", "-08:00", "+00:00"};
    private static final int[] OFFSET_MINUTES = {0, 345, -480, 0};

    private WrittenTime() {}

    /**
     * Appends a time.
     *
     * @param micros microseconds since the epoch, UTC; 1970 to 9999
     * @param form chooses among the ways; 0 is the plainest
     */
    static void append(StringBuilder out, long micros, int form) {
        int zone = form & 3;
        long local = micros + OFFSET_MINUTES[zone] * MICROS_PER_MINUTE;
        long day = Math.floorDiv(local, MICROS_PER_DAY);
        long rest = Math.floorMod(local, MICROS_PER_DAY);
        boolean small = (form & 12) == 12;
        out.append(LocalDate.ofEpochDay(day)).append(small ? 't' : 'T');
        clock(out, (int) (rest / MICROS_PER_SECOND));
        fraction(out, (int) (rest % MICROS_PER_SECOND), form);
        out.append(small && zone == 0 ? "z" : OFFSETS[zone]);
    }

    private static void clock(StringBuilder out, int seconds) {
        two(out, seconds / 3_600).append(':');
        two(out, seconds / 60 % 60).append(':');
        two(out, seconds % 60);
    }

    private static void fraction(StringBuilder out, int micros, int form) {
        boolean whole = (form & 4) != 0 && micros == 0;
        if (whole) {
            return;
        }
        out.append('.');
        for (int weight = 100_000; weight > 0; weight /= 10) {
            out.append((char) ('0' + micros / weight % 10));
        }
        if ((form & 8) != 0) {
            // Finer than what is kept.
            out.append("999");
        }
    }

    private static StringBuilder two(StringBuilder out, int number) {
        return out.append((char) ('0' + number / 10)).append((char) ('0' + number % 10));
    }
}
