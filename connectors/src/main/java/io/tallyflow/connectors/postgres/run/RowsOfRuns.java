package io.tallyflow.connectors.postgres.run;

import io.tallyflow.connectors.postgres.session.ColumnTime;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Takes rows of runs away that nothing shows, within the transaction of a connection: what a dead
 * process had begun, and what is left of runs that failed or were undone.
 */
public final class RowsOfRuns {

    private static final String UNSWEPT =
            """
            select c.layer from tallyflow.counting_run c
            where c.state in ('failed', 'undone') and not c.swept
            order by c.run
            """;

    private static final String ENDS_OF_ROWS =
            """
            select least(min(u.first), min(v.first)), greatest(max(u.last), max(v.last))
            from (
                select min(window_start) as first, max(window_start) as last
                from tallyflow.usage_row where layer = ?) u
            cross join (
                select min(window_start) as first, max(window_start) as last
                from tallyflow.distinct_value where layer = ?) v
            """;

    private static final String SWEPT =
            "update tallyflow.counting_run set swept = true where layer = ?";

    private static final String[] FORGET = {
        "delete from tallyflow.usage_row where layer = ? and window_start >= ? and window_start < ?",
        "delete from tallyflow.distinct_value"
                + " where layer = ? and window_start >= ? and window_start < ?"
    };

    /** So few that nobody waits for long. */
    private static final Duration SWEPT_AT_ONCE = Duration.ofDays(1);

    private final Connection connection;

    public RowsOfRuns(Connection connection) {
        this.connection = connection;
    }

    /** Layers of runs that failed or were undone, and whose rows are still there. */
    public List<Integer> unswept() throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(UNSWEPT);
                ResultSet row = statement.executeQuery()) {
            List<Integer> layers = new ArrayList<>();
            while (row.next()) {
                layers.add(row.getInt(1));
            }
            return layers;
        }
    }

    /**
     * Takes some rows of a run away that nothing will ever show.
     *
     * @return whether there may be more; without it, the run is on record as swept
     */
    public boolean sweep(int layer) throws SQLException {
        @Nullable Instant first;
        @Nullable Instant last;
        try (PreparedStatement statement = connection.prepareStatement(ENDS_OF_ROWS)) {
            statement.setInt(1, layer);
            statement.setInt(2, layer);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                first = instant(row.getObject(1, OffsetDateTime.class));
                last = instant(row.getObject(2, OffsetDateTime.class));
            }
        }
        if (first != null && last != null) {
            forget(layer, first, first.plus(SWEPT_AT_ONCE));
            if (!last.isBefore(first.plus(SWEPT_AT_ONCE))) {
                return true;
            }
        }
        try (PreparedStatement statement = connection.prepareStatement(SWEPT)) {
            statement.setInt(1, layer);
            statement.executeUpdate();
        }
        return false;
    }

    private static @Nullable Instant instant(@Nullable OffsetDateTime time) {
        return time == null ? null : time.toInstant();
    }

    /** Takes the rows of some windows away, which nothing shows yet. */
    public void forget(int layer, Instant from, Instant to) throws SQLException {
        for (String forget : FORGET) {
            try (PreparedStatement statement = connection.prepareStatement(forget)) {
                statement.setInt(1, layer);
                statement.setObject(2, ColumnTime.of(from));
                statement.setObject(3, ColumnTime.of(to));
                statement.executeUpdate();
            }
        }
    }
}
