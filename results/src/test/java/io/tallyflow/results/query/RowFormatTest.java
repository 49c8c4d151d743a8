package io.tallyflow.results.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

final class RowFormatTest {

    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final Instant END = Instant.parse("2026-01-02T00:00:00Z");
    private static final BigDecimal LONG =
            new BigDecimal("1234567890123456789012345678901234567890.000000000000000001");
    private static final UsageQuery BY_MODEL =
            new UsageQuery(
                    "m",
                    null,
                    null,
                    CalendarWindow.DAY,
                    "UTC",
                    List.of(),
                    List.of("subject", "model", "model"),
                    Map.of());
    private static final UsageQuery TOTAL =
            new UsageQuery("m", null, null, null, "UTC", List.of(), List.of(), Map.of());

    @Test
    void writesCsvWithAHeaderAndNothingMore() throws IOException {
        assertThat(
                        written(
                                RowFormat.CSV,
                                BY_MODEL,
                                row("a, \"b\"", "line\r\nbreak", LONG),
                                row("s", "", new BigDecimal("1E+3"))))
                .isEqualTo(
                        "window_start,window_end,subject,group_by.model,value\r\n"
                                + "2026-01-01T00:00:00Z,2026-01-02T00:00:00Z,\"a, \"\"b\"\"\","
                                + "\"line\r\nbreak\","
                                + LONG.toPlainString()
                                + "\r\n"
                                + "2026-01-01T00:00:00Z,2026-01-02T00:00:00Z,s,,1000\r\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"=1+1", "+1", "-1", "@x", "\tx", "\rx"})
    void keepsSpreadsheetsFromRunningText(String text) throws IOException {
        String csv = written(RowFormat.CSV, BY_MODEL, row(text, text, BigDecimal.TEN.negate()));
        String cell = text.startsWith("\r") ? "\"'" + text + "\"" : "'" + text;
        assertThat(csv).endsWith("," + cell + "," + cell + ",-10\r\n");
    }

    @Test
    void writesJsonWithEveryDigit() throws IOException {
        assertThat(
                        written(
                                RowFormat.JSON,
                                BY_MODEL,
                                row("é\"", "\u001b", LONG),
                                new QueryRow(null, null, null, Map.of(), new BigDecimal("1E+3"))))
                .isEqualTo(
                        """
                        [
                        {"window_start":"2026-01-01T00:00:00Z","window_end":"2026-01-02T00:00:00Z",\
                        "subject":"é\\"","group_by":{"model":"\\u001B"},"value":%s},
                        {"window_start":null,"window_end":null,"subject":null,"group_by":{},\
                        "value":1000}
                        ]
                        """
                                .formatted(LONG.toPlainString()));
    }

    @Test
    void writesAnEmptyAnswer() throws IOException {
        assertThat(written(RowFormat.JSON, TOTAL)).isEqualTo("[]\n");
        assertThat(written(RowFormat.CSV, TOTAL))
                .isEqualTo("window_start,window_end,subject,value\r\n");
        assertThat(written(RowFormat.TABLE, TOTAL).lines())
                .containsExactly("window_start  window_end  value");
    }

    @Test
    void alignsATableWithPlainDecimals() throws IOException {
        assertThat(
                        written(
                                        RowFormat.TABLE,
                                        BY_MODEL,
                                        row("a", "gpt", new BigDecimal("1E+3")),
                                        row("abcdefghi", "", new BigDecimal("0.0000001")))
                                .lines())
                .containsExactly(
                        "window_start          window_end            subject    model      value",
                        "2026-01-01T00:00:00Z  2026-01-02T00:00:00Z  a          gpt         1000",
                        "2026-01-01T00:00:00Z  2026-01-02T00:00:00Z  abcdefghi         0.0000001");
    }

    @ParameterizedTest
    @EnumSource
    void writesNothingBeforeTheFirstRow(RowFormat format) {
        StringWriter out = new StringWriter();
        assertThat(format.to(new PrintWriter(out), TOTAL)).isNotNull();
        assertThat(out.toString()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void passesRowsOnWhileMoreAreComing(RowFormat format) throws IOException {
        StringWriter out = new StringWriter();
        RowPrinter rows = format.to(new PrintWriter(out), BY_MODEL);
        for (int i = 0; i < 2_500; i++) {
            rows.accept(row("s" + i, "", BigDecimal.ONE));
        }
        assertThat(out.toString()).contains("s1998");
        rows.end();
        assertThat(out.toString()).contains("s2499");
    }

    @ParameterizedTest
    @EnumSource
    void stopsWhenNobodyReadsAnyMore(RowFormat format) {
        RowPrinter rows = format.to(new PrintWriter(new Closed()), BY_MODEL);
        assertThatThrownBy(
                        () -> {
                            for (int i = 0; i < 2_000; i++) {
                                rows.accept(row("s", "", BigDecimal.ONE));
                            }
                        })
                .isInstanceOf(IOException.class);
    }

    private static String written(RowFormat format, UsageQuery query, QueryRow... rows)
            throws IOException {
        StringWriter out = new StringWriter();
        RowPrinter printer = format.to(new PrintWriter(out), query);
        for (QueryRow row : rows) {
            printer.accept(row);
        }
        printer.end();
        return out.toString();
    }

    private static QueryRow row(String subject, String model, BigDecimal value) {
        return new QueryRow(START, END, subject, Map.of("model", model), value);
    }

    /** A pipe whose reader has gone. */
    private static final class Closed extends Writer {

        @Override
        public void write(char[] text, int from, int length) throws IOException {
            throw new IOException("Broken pipe");
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }
}
