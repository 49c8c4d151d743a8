package io.tallyflow.benchmarks.rows;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** LayoutRows as COPY takes them as text. No text here needs an escape but that of bytes. */
final class TextCopy implements RowSink {

    private static final String NULL = "\\N";
    private static final char TAB = '\t';
    private static final char END_OF_ROW = '\n';

    private final StringBuilder text = new StringBuilder();
    private int left;

    @Override
    public void row(int columns) {
        left = columns;
    }

    @Override
    public void uuid(byte[] value) {
        value(HexFormat.of().formatHex(value));
    }

    @Override
    public void micros(@Nullable Long value) {
        value(value == null ? null : Instant.EPOCH.plus(value, ChronoUnit.MICROS).toString());
    }

    @Override
    public void bigint(long value) {
        value(Long.toString(value));
    }

    @Override
    public void integer(int value) {
        value(Integer.toString(value));
    }

    @Override
    public void numeric(@Nullable BigDecimal value) {
        value(value == null ? null : value.toPlainString());
    }

    @Override
    public void text(@Nullable String value) {
        value(value);
    }

    @Override
    public void bytes(byte[] value) {
        value("\\\\x" + HexFormat.of().formatHex(value));
    }

    @Override
    public void json(String value) {
        value(value);
    }

    @Override
    public void bool(boolean value) {
        value(value ? "t" : "f");
    }

    byte[] end() {
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    private void value(@Nullable String value) {
        text.append(value == null ? NULL : value).append(--left > 0 ? TAB : END_OF_ROW);
    }
}
