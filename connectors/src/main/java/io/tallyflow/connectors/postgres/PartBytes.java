package io.tallyflow.connectors.postgres;

import io.tallyflow.connectors.postgres.rows.RowsEncoder;
import io.tallyflow.schemas.measure.UsagePartial;
import io.tallyflow.schemas.usage.Adjustment;
import io.tallyflow.schemas.usage.DistinctValue;
import io.tallyflow.schemas.usage.UsageCell;
import io.tallyflow.schemas.usage.UsageRow;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * What rows take in a part before it is compressed: at least what {@link RowsEncoder} makes of
 * them, and little more. Each counts its cell with it, which the part may have to name.
 */
final class PartBytes {

    /** What stands in a part once: names of layers aside, heads of the columns of all kinds. */
    static final int HEAD = 1_024;

    /** Of a cell: layer, key, and the lengths of its texts. */
    private static final int CELL = 36;

    /** Of a usage row or an adjustment beside numbers and texts; the reason included. */
    private static final int PARTIAL = 115;

    /** Of a distinct value beside its text. */
    private static final int DISTINCT = 64;

    /** Of the name of a layer, beside the slug. */
    private static final int LAYER = 16;

    /** Of a number beside its digits, of which Postgres puts four into two bytes. */
    private static final int NUMBER = 14;

    private PartBytes() {}

    static int of(UsageRow row) {
        return PARTIAL + cell(row.cell()) + partial(row.partial());
    }

    static int of(Adjustment adjustment) {
        return PARTIAL + cell(adjustment.cell()) + partial(adjustment.partial());
    }

    static int of(DistinctValue distinct) {
        return DISTINCT + cell(distinct.cell()) + text(distinct.text());
    }

    private static int cell(UsageCell cell) {
        return CELL + LAYER + text(cell.meter()) + text(cell.subject()) + text(cell.group());
    }

    /** The part of a row that changes when another one of its key takes its place. */
    static int partial(UsagePartial partial) {
        return number(partial.sum())
                + number(partial.min())
                + number(partial.max())
                + number(partial.latest())
                + text(partial.latestSource())
                + text(partial.latestId());
    }

    private static int number(@Nullable BigDecimal value) {
        return value == null ? 0 : NUMBER + Math.max(value.precision(), value.scale()) / 2;
    }

    /** Bytes of UTF-8; of a lone half of a pair two too many. */
    private static int text(@Nullable String text) {
        if (text == null) {
            return 0;
        }
        int bytes = text.length();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= 0x80) {
                bytes += c < 0x800 || Character.isSurrogate(c) ? 1 : 2;
            }
        }
        return bytes;
    }
}
