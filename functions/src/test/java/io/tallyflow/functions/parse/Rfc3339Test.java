package io.tallyflow.functions.parse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallyflow.schemas.event.RejectionReason;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class Rfc3339Test {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // examples of RFC 3339, section 5.8
                "1985-04-12T23:20:50.52Z              | 1985-04-12T23:20:50.520Z",
                "1996-12-19T16:39:57-08:00            | 1996-12-20T00:39:57Z",
                "1990-12-31T23:59:60Z                 | 1990-12-31T23:59:59.999999Z",
                "1990-12-31T15:59:60-08:00            | 1990-12-31T23:59:59.999999Z",
                // borders of the range
                "1970-01-01T00:00:00Z                 | 1970-01-01T00:00:00Z",
                "1969-12-31T23:59:59-00:01            | 1970-01-01T00:00:59Z",
                "1970-01-01T23:59:00+23:59            | 1970-01-01T00:00:00Z",
                "9999-12-31T23:59:59.999999Z          | 9999-12-31T23:59:59.999999Z",
                "9999-12-31T23:59:59.9999999999Z      | 9999-12-31T23:59:59.999999Z",
                "9999-12-31T23:59:60Z                 | 9999-12-31T23:59:59.999999Z",
                // fractions
                "2024-01-01T00:00:00.1Z               | 2024-01-01T00:00:00.100Z",
                "2024-01-01T00:00:00.12Z              | 2024-01-01T00:00:00.120Z",
                "2024-01-01T00:00:00.123456Z          | 2024-01-01T00:00:00.123456Z",
                "2024-01-01T00:00:00.000001Z          | 2024-01-01T00:00:00.000001Z",
                "2024-01-01T00:00:00.0000009Z         | 2024-01-01T00:00:00Z",
                "2024-01-01T00:00:00.1234567Z         | 2024-01-01T00:00:00.123456Z",
                "2024-01-01T00:00:00.9999999999999Z   | 2024-01-01T00:00:00.999999Z",
                "2024-01-01T00:00:00.000000000000001Z | 2024-01-01T00:00:00Z",
                // letters
                "2024-01-01t00:00:00z                 | 2024-01-01T00:00:00Z",
                "2024-01-01t00:00:00Z                 | 2024-01-01T00:00:00Z",
                "2024-01-01T00:00:00z                 | 2024-01-01T00:00:00Z",
                // offsets
                "2024-01-01T00:00:00+00:00            | 2024-01-01T00:00:00Z",
                "2024-01-01T00:00:00-00:00            | 2024-01-01T00:00:00Z",
                "2024-01-01T05:45:00+05:45            | 2024-01-01T00:00:00Z",
                "2024-01-01T00:00:00.5+01:00          | 2023-12-31T23:00:00.500Z",
                "2024-01-01T00:00:00-23:59            | 2024-01-01T23:59:00Z",
                "2024-01-01T00:00:00+23:59            | 2023-12-31T00:01:00Z",
                "1937-01-01T12:00:27.87+00:20         | ",
                // calendar
                "2024-02-29T00:00:00Z                 | 2024-02-29T00:00:00Z",
                "2000-02-29T12:00:00Z                 | 2000-02-29T12:00:00Z",
                "2024-04-30T23:59:59Z                 | 2024-04-30T23:59:59Z",
                "2024-12-31T23:59:59Z                 | 2024-12-31T23:59:59Z",
                // leap seconds end a month in UTC, and stay in the minute that they end
                "2016-12-31T23:59:60Z                 | 2016-12-31T23:59:59.999999Z",
                "2016-12-31T23:59:60.75Z              | 2016-12-31T23:59:59.999999Z",
                "2017-01-01T05:44:60+05:45            | 2016-12-31T23:59:59.999999Z",
                "2015-06-30T23:59:60z                 | 2015-06-30T23:59:59.999999Z",
                "2024-02-29T23:59:60Z                 | 2024-02-29T23:59:59.999999Z",
                "2024-02-28T23:59:60Z                 | ",
                "2024-06-15T23:59:60Z                 | ",
                "2016-12-31T22:59:60Z                 | ",
                "2016-12-31T23:58:60Z                 | ",
                "2016-12-31T23:59:60+01:00            | ",
                "1969-12-31T23:59:60Z                 | ",
                "2016-12-31T23:59:61Z                 | ",
                // out of range
                "1969-12-31T23:59:59.999999Z          | ",
                "1970-01-01T00:00:00+00:01            | ",
                "9999-12-31T23:59:59-00:01            | ",
                "9999-12-31T23:59:00-00:01            | ",
                "0000-01-01T00:00:00Z                 | ",
                "10000-01-01T00:00:00Z                | ",
                "+2024-01-01T00:00:00Z                | ",
                "-2024-01-01T00:00:00Z                | ",
                "+999999999-01-01T00:00:00Z           | ",
                // fields that no calendar or clock has
                "2024-00-01T00:00:00Z                 | ",
                "2024-13-01T00:00:00Z                 | ",
                "2024-01-00T00:00:00Z                 | ",
                "2024-01-32T00:00:00Z                 | ",
                "2024-04-31T00:00:00Z                 | ",
                "2023-02-29T00:00:00Z                 | ",
                "2100-02-29T00:00:00Z                 | ",
                "2024-01-01T24:00:00Z                 | ",
                "2024-01-01T24:00:01Z                 | ",
                "2024-01-01T00:60:00Z                 | ",
                "2024-01-01T00:00:00+24:00            | ",
                "2024-01-01T00:00:00+00:60            | ",
                // other forms
                "2024-01-01 00:00:00Z                 | ",
                "2024-01-01_00:00:00Z                 | ",
                "2024-01-01T00:00:00                  | ",
                "2024-01-01T00:00Z                    | ",
                "2024-01-01                           | ",
                "2024-01-01T00:00:00.Z                | ",
                "2024-01-01T00:00:00,5Z               | ",
                "2024-01-01T00:00:00+01               | ",
                "2024-01-01T00:00:00+0100             | ",
                "2024-01-01T00:00:00+1:00             | ",
                "2024-01-01T00:00:00+01:00:00         | ",
                "2024-01-01T00:00:00UTC               | ",
                "2024-01-01T00:00:00Z[UTC]            | ",
                "2024-01-01T00:00:00ZZ                | ",
                "2024-1-1T00:00:00Z                   | ",
                "20240101T000000Z                     | ",
                "2024-001T00:00:00Z                   | ",
                "2024-W01-1T00:00:00Z                 | ",
                "24-01-01T00:00:00Z                   | ",
                "2024-01-01T0:00:00Z                  | ",
                "2024-01-01T00:00:0Z                  | ",
                "2024-01-01T-1:00:00Z                 | ",
                "2024-01-01T00:00:00\u22121:00        | ",
                "٢٠٢٤-01-01T00:00:00Z                 | ",
                "２０２４-01-01T00:00:00Z                 | ",
                "1704067200                           | ",
                "1704067200000                        | ",
                "Mon, 01 Jan 2024 00:00:00 GMT        | ",
                "now                                  | ",
                "Z                                    | "
            })
    void readsRfc3339AndNothingElse(String text, String expected) throws Rejection {
        if (expected == null) {
            assertMalformed(text);
        } else {
            assertThat(toInstant(Rfc3339.micros(text))).isEqualTo(Instant.parse(expected));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", " ", " 2024-01-01T00:00:00Z", "2024-01-01T00:00:00Z ", "2024-01-01T"})
    void refusesWhiteSpaceAndFragments(String text) {
        assertMalformed(text);
    }

    @Test
    void refusesEveryPrefixOfATime() throws Rejection {
        String time = "2024-01-01T12:34:56.789+01:00";
        assertThat(toInstant(Rfc3339.micros(time))).isEqualTo("2024-01-01T11:34:56.789Z");
        for (int length = 0; length < time.length(); length++) {
            assertMalformed(time.substring(0, length));
        }
    }

    @Test
    void readsAFractionOfAnyLength() throws Rejection {
        String time = "2024-01-01T00:00:00.123456" + "9".repeat(100_000) + "Z";
        assertThat(toInstant(Rfc3339.micros(time))).isEqualTo("2024-01-01T00:00:00.123456Z");
    }

    @Property(seed = "1", tries = 2000)
    void agreesWithJavaOnWhatBothAllow(
            @ForAll @LongRange(min = 0, max = 253_402_300_799L) long second,
            @ForAll @IntRange(max = 999_999_999) int nano,
            @ForAll @IntRange(min = -1080, max = 1080) int offsetMinutes)
            throws Rejection {
        Instant instant = Instant.ofEpochSecond(second, nano);
        OffsetDateTime time = instant.atOffset(ZoneOffset.ofTotalSeconds(offsetMinutes * 60));
        if (time.getYear() < 0 || time.getYear() > 9999) {
            return;
        }
        String text = DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(time);
        assertThat(toInstant(Rfc3339.micros(text)))
                .isEqualTo(instant.truncatedTo(ChronoUnit.MICROS));
    }

    private static void assertMalformed(String text) {
        assertThatThrownBy(() -> Rfc3339.micros(text))
                .isInstanceOfSatisfying(
                        Rejection.class,
                        rejection ->
                                assertThat(rejection.reason()).isEqualTo(RejectionReason.TIME));
    }

    private static Instant toInstant(long micros) {
        return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
    }
}
