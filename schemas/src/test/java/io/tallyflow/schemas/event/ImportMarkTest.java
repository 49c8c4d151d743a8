package io.tallyflow.schemas.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ImportMarkTest {

    private static final Instant UNTIL = Instant.parse("2026-03-01T12:00:00.123456Z");
    private static final long LAST = UNTIL.toEpochMilli();

    @Test
    void holdsForRecordsOfTheDayBeforeItsEnd() {
        RecordHeader header = new ImportMark(42, UNTIL).header();
        assertThat(new String(header.value(), StandardCharsets.US_ASCII))
                .isEqualTo("42 until 2026-03-01T12:00:00.123Z");
        assertThat(numberAt(LAST, header)).isEqualTo(42);
        assertThat(numberAt(LAST + 1, header)).isZero();
        long day = Duration.ofDays(1).toMillis();
        assertThat(numberAt(LAST - day, header)).isEqualTo(42);
        assertThat(numberAt(LAST - day - 1, header)).isZero();
        assertThat(numberAt(-1, header)).isZero();
        assertThat(numberAt(Long.MIN_VALUE, header)).isZero();
    }

    @Test
    void isTheSameIfItIsRepeatedAndNoneIfAnotherIsBesideIt() {
        RecordHeader header = new ImportMark(42, UNTIL).header();
        RecordHeader other = new ImportMark(43, UNTIL).header();
        RecordHeader unlike = new RecordHeader("tallyflow-imports", header.value());
        RecordHeader empty = new RecordHeader(ImportMark.HEADER, null);
        assertThat(numberAt(LAST, unlike, header, header, empty)).isEqualTo(42);
        assertThat(numberAt(LAST, header, other)).isZero();
        assertThat(numberAt(LAST, empty)).isZero();
        assertThat(numberAt(LAST)).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "42",
                "42 until ",
                " until 2026-03-01T12:00:00Z",
                "0 until 2026-03-01T12:00:00Z",
                "-1 until 2026-03-01T12:00:00Z",
                "99999999999999999999 until 2026-03-01T12:00:00Z",
                "42 until 2026-03-01T12:00:00",
                "42 until +1000000000-12-31T23:59:59Z",
                "42 until -1000000000-01-01T00:00:00Z",
                "x until y until z"
            })
    void isNoneIfNobodyCanReadIt(String value) {
        assertThat(
                        numberAt(
                                LAST,
                                new RecordHeader(
                                        ImportMark.HEADER,
                                        value.getBytes(StandardCharsets.ISO_8859_1))))
                .isZero();
    }

    @Test
    void isNoneIfItIsLong() {
        byte[] value = "4".repeat(1_000_000).getBytes(StandardCharsets.ISO_8859_1);
        assertThat(numberAt(LAST, new RecordHeader(ImportMark.HEADER, value))).isZero();
    }

    @Test
    void numbersBeginWithOne() {
        assertThatThrownBy(() -> new ImportMark(0, UNTIL)).hasMessageContaining("from 1");
    }

    private static long numberAt(long kafkaTimeMillis, RecordHeader... headers) {
        return ImportMark.numberIn(List.of(headers), kafkaTimeMillis);
    }
}
