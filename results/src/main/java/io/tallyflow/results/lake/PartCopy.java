package io.tallyflow.results.lake;

import io.tallyflow.connectors.postgres.rows.BinaryCopy;
import io.tallyflow.connectors.postgres.rows.BinaryValues;
import io.tallyflow.schemas.measure.Aggregation;
import io.tallyflow.schemas.measure.UsagePartial;
import io.tallyflow.schemas.measure.UsagePartials;
import io.tallyflow.schemas.usage.CellKey;
import io.tallyflow.schemas.usage.CellKeys;
import io.tallyflow.schemas.usage.TextHash;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;

/**
 * Sends parts of cells into the temporary tables: of UNIQUE_COUNT meters as distinct values, of all
 * others as rows of usage. Adjustments are among these, as the function adds up both alike.
 */
final class PartCopy implements AutoCloseable {

    private static final String USAGE =
            """
            copy pg_temp.usage_row (cell, layer, subject, group_text, window_start, readings, sum,
                min, max, latest, latest_at, latest_source, latest_id)
            from stdin (format binary)
            """;
    private static final int USAGE_COLUMNS = 13;

    private static final String DISTINCT =
            """
            copy pg_temp.distinct_value (cell, layer, subject, group_text, window_start, value_hash)
            from stdin (format binary)
            """;
    private static final int DISTINCT_COLUMNS = 6;

    private final BinaryCopy copy;
    private final Aggregation aggregation;
    private final int layer;
    private final CellKeys keys = new CellKeys();

    private PartCopy(BinaryCopy copy, Aggregation aggregation, int layer) {
        this.copy = copy;
        this.aggregation = aggregation;
        this.layer = layer;
    }

    static PartCopy begin(Connection connection, Aggregation aggregation, int layer)
            throws SQLException {
        String sql = aggregation.keepsValues() ? DISTINCT : USAGE;
        return new PartCopy(BinaryCopy.begin(connection, sql), aggregation, layer);
    }

    void add(LakePart part) throws SQLException {
        String distinct = part.distinct();
        if (!aggregation.keepsValues()) {
            BinaryValues row = copy.row(USAGE_COLUMNS);
            addCell(row, part);
            addPartial(row, UsagePartials.keptBy(aggregation, part.partial()));
        } else if (distinct != null) {
            BinaryValues row = copy.row(DISTINCT_COLUMNS);
            addCell(row, part);
            ByteBuffer hash = ByteBuffer.wrap(TextHash.of(distinct));
            row.key(new CellKey(hash.getLong(), hash.getLong()));
        }
    }

    private void addCell(BinaryValues row, LakePart part) {
        row.key(keys.of(part.cell()));
        row.integer(layer);
        row.text(part.cell().subject());
        row.text(part.cell().group());
        row.micros(TimeUnit.MILLISECONDS.toMicros(part.cell().windowStartMillis()));
    }

    private static void addPartial(BinaryValues row, UsagePartial partial) {
        row.bigint(partial.readings());
        row.numeric(partial.sum());
        row.numeric(partial.min());
        row.numeric(partial.max());
        row.numeric(partial.latest());
        if (partial.latest() == null) {
            row.none();
        } else {
            row.micros(partial.latestTimeMicros());
        }
        row.text(partial.latestSource());
        row.text(partial.latestId());
    }

    /** Without it, nothing has been added. */
    void end() throws SQLException {
        copy.end();
    }

    @Override
    public void close() throws SQLException {
        copy.close();
    }
}
