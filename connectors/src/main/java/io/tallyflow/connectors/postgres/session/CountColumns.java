package io.tallyflow.connectors.postgres.session;

import io.tallyflow.schemas.progress.Count;
import io.tallyflow.schemas.progress.LaneCounts;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;

/** Counts in the columns that {@link Count} names. */
public final class CountColumns {

    private CountColumns() {}

    /** What a row has of them; it must have all. */
    public static LaneCounts read(ResultSet row) throws SQLException {
        List<Count> all = Count.all();
        long[] counts = new long[all.size()];
        for (int i = 0; i < counts.length; i++) {
            counts[i] = row.getLong(all.get(i).column());
        }
        return new LaneCounts(counts);
    }
}
