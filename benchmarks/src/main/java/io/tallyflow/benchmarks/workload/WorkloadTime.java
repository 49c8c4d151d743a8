package io.tallyflow.benchmarks.workload;

import java.nio.charset.StandardCharsets;
import java.time.LocalDate;

/** Writes times as RFC 3339 with milliseconds, in UTC. Remembers the day. */
final class WorkloadTime {

    private static final int DAY_MILLIS = 86_400_000;
    private static final int MINUTE_MILLIS = 60_000;

    private long day = Long.MIN_VALUE;
    private byte[] date = {};

    /** Writes 24 bytes; returns the position after them. */
    int write(long millis, byte[] target, int position) {
        remember(Math.floorDiv(millis, DAY_MILLIS));
        System.arraycopy(date, 0, target, position, date.length);
        int ofDay = (int) Math.floorMod(millis, (long) DAY_MILLIS);
        int minute = ofDay / MINUTE_MILLIS;
        int ofMinute = ofDay % MINUTE_MILLIS;
        int at = position + date.length;
        at = two(minute / 60, ':', target, at);
        at = two(minute % 60, ':', target, at);
        at = two(ofMinute / 1_000, '.', target, at);
        target[at] = (byte) ('0' + ofMinute / 100 % 10);
        return two(ofMinute % 100, 'Z', target, at + 1);
    }

    private void remember(long newDay) {
        if (newDay != day) {
            day = newDay;
            date = (LocalDate.ofEpochDay(newDay) + "T").getBytes(StandardCharsets.US_ASCII);
        }
    }

    private static int two(int number, char after, byte[] target, int position) {
        target[position] = (byte) ('0' + number / 10);
        target[position + 1] = (byte) ('0' + number % 10);
        target[position + 2] = (byte) after;
        return position + 3;
    }
}
