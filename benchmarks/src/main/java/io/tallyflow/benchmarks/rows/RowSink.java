package io.tallyflow.benchmarks.rows;

import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/** Takes rows, value by value, in the order of the table's columns, and makes bytes of them. */
interface RowSink {

    void row(int columns);

    void uuid(byte[] value);

    void micros(@Nullable Long value);

    void bigint(long value);

    void integer(int value);

    void numeric(@Nullable BigDecimal value);

    void text(@Nullable String value);

    void bytes(byte[] value);

    void json(String value);

    void bool(boolean value);
}
