package io.tallyflow.connectors.iceberg.table;

import java.util.ArrayList;
import java.util.List;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;

/**
 * The tables of the lake, in the order in which a batch is committed: once {@code events} has a
 * batch, all tables have it.
 *
 * <p>Append-only, format version 2, partitioned by UTC day. Quantities are decimal(38, 18),
 * instants have microseconds and a zone, {@code group_by} is a JSON object of strings, names
 * sorted. A column never changes and never goes; new ones are added at the end and are optional.
 */
public enum LakeTable {
    /** What each window came to when it settled: one row per cell. */
    USAGE(
            "usage",
            "window_start",
            ofCell(
                    optional(6, "value", quantity()),
                    required(7, "readings", Types.LongType.get()),
                    optional(8, "sum", quantity()),
                    optional(9, "min", quantity()),
                    optional(10, "max", quantity()),
                    optional(11, "latest", quantity()),
                    optional(12, "latest_at", Types.TimestampType.withZone()),
                    optional(13, "latest_source", Types.StringType.get()),
                    optional(14, "latest_id", Types.StringType.get()),
                    required(15, "checkpoint", Types.LongType.get()),
                    required(16, "layer", Types.StringType.get()))),

    /**
     * The distinct values of UNIQUE_COUNT meters in settled windows, those of late readings among
     * them: a value may occur more than once and counts once.
     */
    USAGE_DISTINCT(
            "usage_distinct",
            "window_start",
            ofCell(
                    required(6, "value", Types.StringType.get()),
                    required(7, "checkpoint", Types.LongType.get()),
                    required(8, "layer", Types.StringType.get()))),

    /** Readings that came after their window had settled: one row each. */
    ADJUSTMENTS(
            "adjustments",
            "window_start",
            ofCell(
                    required(6, "reason", Types.StringType.get()),
                    optional(7, "value", quantity()),
                    optional(8, "distinct_value", Types.StringType.get()),
                    required(9, "source", Types.StringType.get()),
                    required(10, "id", Types.StringType.get()),
                    required(11, "time", Types.TimestampType.withZone()),
                    required(12, "kafka_partition", Types.IntegerType.get()),
                    required(13, "kafka_offset", Types.LongType.get()),
                    required(14, "checkpoint", Types.LongType.get()),
                    required(15, "layer", Types.StringType.get()))),

    /** Events older than the dedupe horizon, which the stream does not count. */
    STALE_EVENTS("stale_events", "time", eventSchema()),

    /** Accepted events, each once, with their data byte for byte as sent. */
    EVENTS(
            "events",
            "time",
            eventSchema(
                    optional(11, "definitions", Types.IntegerType.get()),
                    optional(12, "import", Types.LongType.get())));

    /** Namespace of all tables. */
    public static final String NAMESPACE = "tallyflow";

    /** Digits of a quantity column; enough for everything below 10^20 with 18 places. */
    public static final int PRECISION = 38;

    /** Places after the point of a quantity column. */
    public static final int SCALE = 18;

    private final String tableName;
    private final Schema schema;
    private final PartitionSpec spec;
    private final int dayColumn;

    LakeTable(String tableName, String dayOf, Schema schema) {
        this.tableName = tableName;
        this.schema = schema;
        this.spec = PartitionSpec.builderFor(schema).day(dayOf).build();
        this.dayColumn = schema.columns().indexOf(schema.findField(dayOf));
    }

    /** Name within the namespace. */
    public String tableName() {
        return tableName;
    }

    /** As it is created; an existing table may have more columns. */
    public Schema schema() {
        return schema;
    }

    public PartitionSpec spec() {
        return spec;
    }

    /** Place of the column that a row's day is taken from. */
    public int dayColumn() {
        return dayColumn;
    }

    public static LakeTable named(String tableName) {
        for (LakeTable table : values()) {
            if (table.tableName.equals(tableName)) {
                return table;
            }
        }
        throw new IllegalArgumentException("the lake has no table " + tableName);
    }

    /** What every table of usage begins with, and then its own columns from 6 on. */
    private static Schema ofCell(Types.NestedField... own) {
        List<Types.NestedField> columns =
                new ArrayList<>(
                        List.of(
                                required(1, "meter", Types.StringType.get()),
                                required(2, "subject", Types.StringType.get()),
                                required(3, "group_by", Types.StringType.get()),
                                required(4, "window_start", Types.TimestampType.withZone()),
                                required(5, "window_end", Types.TimestampType.withZone())));
        columns.addAll(List.of(own));
        return new Schema(columns);
    }

    private static Schema eventSchema(Types.NestedField... own) {
        List<Types.NestedField> columns =
                new ArrayList<>(
                        List.of(
                                required(1, "subject", Types.StringType.get()),
                                required(2, "source", Types.StringType.get()),
                                required(3, "id", Types.StringType.get()),
                                required(4, "type", Types.StringType.get()),
                                required(5, "time", Types.TimestampType.withZone()),
                                optional(6, "data", Types.StringType.get()),
                                required(7, "kafka_partition", Types.IntegerType.get()),
                                required(8, "kafka_offset", Types.LongType.get()),
                                required(9, "kafka_time", Types.TimestampType.withZone()),
                                required(10, "checkpoint", Types.LongType.get())));
        columns.addAll(List.of(own));
        return new Schema(columns);
    }

    private static Types.DecimalType quantity() {
        return Types.DecimalType.of(PRECISION, SCALE);
    }

    private static Types.NestedField required(int id, String name, Type type) {
        return Types.NestedField.required(id, name, type);
    }

    private static Types.NestedField optional(int id, String name, Type type) {
        return Types.NestedField.optional(id, name, type);
    }
}
