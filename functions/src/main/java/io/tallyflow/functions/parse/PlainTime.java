package io.tallyflow.functions.parse;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.Arrays;

/**
 * Reads a time as it usually is written, {@code 2024-01-31T23:59:59.123Z}: in UTC, with up to nine
 * digits of a fraction or none. Gives up on everything else, for {@link Rfc3339} to read. Remembers
 * the last day it saw. Confined to one thread.
 */
final class PlainTime {

    /** No answer. */
    static final long GIVE_UP = -1;

    private static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle SHORTS =
            MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);

    private static final byte[] NO_OFFSET = "+00:00".getBytes(StandardCharsets.US_ASCII);
    private static final int DATE = 10;
    private static final int SECONDS_END = 19;
    private static final int MOST_FRACTION_DIGITS = 9;
    private static final int NO_NUMBER = -100_000;
    private static final long MICROS_PER_SECOND = 1_000_000L;

    /** The last date, as its bytes lie in memory. */
    private long yearAndMonth;

    private short day;
    private long dayMicros;

    /** Microseconds since the epoch, UTC. The text lies in {@code [start, end)}. */
    long micros(byte[] text, int start, int end) {
        int point = start + SECONDS_END;
        int fractionEnd = offset(text, end);
        if (fractionEnd < point) {
            return GIVE_UP;
        }
        long midnight = midnight(text, start);
        int seconds = secondOfDay(text, start + DATE);
        int fraction = fraction(text, point, fractionEnd);
        return (midnight | seconds | fraction) < 0
                ? GIVE_UP
                : midnight + seconds * MICROS_PER_SECOND + fraction;
    }

    /** Where {@code Z} or {@code +00:00} begins; 0 if the text ends with neither. */
    private static int offset(byte[] text, int end) {
        if (text[end - 1] == 'Z') {
            return end - 1;
        }
        int zero = end - NO_OFFSET.length;
        return zero > 0 && Arrays.equals(NO_OFFSET, 0, NO_OFFSET.length, text, zero, end)
                ? zero
                : 0;
    }

    private long midnight(byte[] text, int start) {
        long first = (long) LONGS.get(text, start);
        short last = (short) SHORTS.get(text, start + Long.BYTES);
        if (first != yearAndMonth || last != day) {
            long micros = dateMicros(text, start);
            if (micros < 0) {
                return GIVE_UP;
            }
            yearAndMonth = first;
            day = last;
            dayMicros = micros;
        }
        return dayMicros;
    }

    private static long dateMicros(byte[] text, int at) {
        int year = two(text, at) * 100 + two(text, at + 2);
        int month = two(text, at + 5);
        int day = two(text, at + 8);
        if (year < 1970 || month < 1 || month > 12 || text[at + 4] != '-' || text[at + 7] != '-') {
            return GIVE_UP;
        }
        if (day < 1 || day > YearMonth.of(year, month).lengthOfMonth()) {
            return GIVE_UP;
        }
        return LocalDate.of(year, month, day).toEpochDay() * 86_400L * MICROS_PER_SECOND;
    }

    /** Of {@code Thh:mm:ss}; a leap second is unusual. */
    private static int secondOfDay(byte[] text, int at) {
        int hour = two(text, at + 1);
        int minute = two(text, at + 4);
        int second = two(text, at + 7);
        boolean marked = text[at] == 'T' && text[at + 3] == ':' && text[at + 6] == ':';
        return marked && hour < 24 && minute < 60 && second < 60
                ? hour * 3600 + minute * 60 + second
                : NO_NUMBER;
    }

    /** Microseconds of {@code .f}, or of nothing. */
    private static int fraction(byte[] text, int point, int end) {
        if (point == end) {
            return 0;
        }
        int digits = end - point - 1;
        if (text[point] != '.' || digits == 0 || digits > MOST_FRACTION_DIGITS) {
            return NO_NUMBER;
        }
        int micros = 0;
        int weight = 100_000;
        for (int at = point + 1; at < end; at++) {
            int digit = text[at] - '0';
            if (digit < 0 || digit > 9) {
                return NO_NUMBER;
            }
            micros += digit * weight;
            weight /= 10;
        }
        return micros;
    }

    /** The number of two digits; far below 0 if they are none. */
    private static int two(byte[] text, int at) {
        int tens = text[at] - '0';
        int ones = text[at + 1] - '0';
        return tens < 0 || tens > 9 || ones < 0 || ones > 9 ? NO_NUMBER : tens * 10 + ones;
    }
}
