package io.tallyflow.functions.parse;

import io.tallyflow.schemas.event.RejectionReason;
import java.time.LocalDate;
import java.time.YearMonth;

/**
 * Reads the {@code date-time} of RFC 3339, section 5.6, and nothing else of ISO 8601.
 *
 * <p>{@code T} and {@code Z} may be lower case. The fraction may have any length; what is finer
 * than a microsecond is cut off. Any offset from {@code -23:59} to {@code +23:59} is allowed, and
 * the years 1970 to 9999 are meant in UTC. {@code 24:00:00} is not a time.
 *
 * <p>A leap second ({@code :60}) is allowed where one can be: as the last second of a month in UTC.
 * Time since the epoch has no place for it, so it counts as the last microsecond of the second
 * before: {@code 2016-12-31T23:59:60Z} is {@code 2016-12-31T23:59:59.999999Z}, whatever its
 * fraction, and stays in the minute, hour, day and month that it ends.
 */
final class Rfc3339 {

    /** First microsecond after the year 9999, in UTC. */
    static final long END_MICROS = 253_402_300_800_000_000L;

    private static final long MICROS_PER_SECOND = 1_000_000L;
    private static final int LEAP_SECOND = 60;

    private final String text;
    private int at;

    private Rfc3339(String text) {
        this.text = text;
    }

    /**
     * Microseconds since the epoch, UTC.
     *
     * @throws Rejection if the text is not a time, or outside 1970 to 9999
     */
    static long micros(String text) throws Rejection {
        return new Rfc3339(text).read();
    }

    private long read() throws Rejection {
        LocalDate date = date();
        either('T', 't');
        int hour = number(2, 23);
        expect(':');
        int minute = number(2, 59);
        expect(':');
        int second = number(2, LEAP_SECOND);
        int fraction = fraction();
        int offsetMinutes = offsetMinutes();
        if (at < text.length()) {
            throw malformed();
        }
        long minutes = date.toEpochDay() * 1440 + hour * 60L + minute - offsetMinutes;
        if (second == LEAP_SECOND) {
            requireEndOfMonth(minutes);
            second = 59;
            fraction = 999_999;
        }
        return inRange((minutes * 60 + second) * MICROS_PER_SECOND + fraction);
    }

    private LocalDate date() throws Rejection {
        int year = number(4, 9999);
        expect('-');
        int month = number(2, 12);
        expect('-');
        int day = number(2, 31);
        if (month == 0 || day == 0 || day > YearMonth.of(year, month).lengthOfMonth()) {
            throw malformed();
        }
        return LocalDate.of(year, month, day);
    }

    /** Microseconds; 0 if there is no fraction. */
    private int fraction() throws Rejection {
        if (peek() != '.') {
            return 0;
        }
        at++;
        int start = at;
        int micros = 0;
        int weight = 100_000;
        while (isDigit(peek())) {
            micros += (peek() - '0') * weight;
            weight /= 10;
            at++;
        }
        if (at == start) {
            throw malformed();
        }
        return micros;
    }

    private int offsetMinutes() throws Rejection {
        if (peek() == '+' || peek() == '-') {
            int sign = peek() == '+' ? 1 : -1;
            at++;
            int hours = number(2, 23);
            expect(':');
            return sign * (hours * 60 + number(2, 59));
        }
        either('Z', 'z');
        return 0;
    }

    private int number(int digits, int greatest) throws Rejection {
        int number = 0;
        for (int i = 0; i < digits; i++) {
            if (!isDigit(peek())) {
                throw malformed();
            }
            number = number * 10 + peek() - '0';
            at++;
        }
        if (number > greatest) {
            throw malformed();
        }
        return number;
    }

    private static void requireEndOfMonth(long epochMinutes) throws Rejection {
        LocalDate nextMinute = LocalDate.ofEpochDay(Math.floorDiv(epochMinutes + 1, 1440));
        if (Math.floorMod(epochMinutes + 1, 1440) != 0 || nextMinute.getDayOfMonth() != 1) {
            throw new Rejection(
                    RejectionReason.TIME,
                    "Attribute time is a leap second that does not end a month in UTC.");
        }
    }

    private static long inRange(long micros) throws Rejection {
        if (micros < 0 || micros >= END_MICROS) {
            throw new Rejection(
                    RejectionReason.TIME, "Attribute time is outside the years 1970 to 9999.");
        }
        return micros;
    }

    private void either(char upper, char lower) throws Rejection {
        if (peek() != upper && peek() != lower) {
            throw malformed();
        }
        at++;
    }

    private void expect(char c) throws Rejection {
        either(c, c);
    }

    private static boolean isDigit(int c) {
        return c >= '0' && c <= '9';
    }

    private int peek() {
        return at < text.length() ? text.charAt(at) : -1;
    }

    private static Rejection malformed() {
        return new Rejection(RejectionReason.TIME, "Attribute time is not an RFC 3339 date-time.");
    }
}
