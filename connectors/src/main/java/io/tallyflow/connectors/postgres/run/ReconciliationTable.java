package io.tallyflow.connectors.postgres.run;

import io.tallyflow.connectors.postgres.session.ColumnTime;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What came of holding results against events, within the transaction of a connection. */
public final class ReconciliationTable {

    private static final String ADD =
            """
            insert into tallyflow.reconciliation (meter, "from", "to", commit, accepted, in_lake,
                compared, left_out, different, repaired, lake_compared, lake_different)
            values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            returning reconciliation
            """;

    private final Connection connection;

    public ReconciliationTable(Connection connection) {
        this.connection = connection;
    }

    /**
     * What was compared.
     *
     * @param slug of the only meter; null for all
     * @param from windows that begin then or later; null for no bound
     * @param to windows that begin before; null for no bound
     * @param commit number of the commit that the lake stood for
     * @param accepted events by then
     * @param inLake of these
     */
    public record Scope(
            @Nullable String slug,
            @Nullable Instant from,
            @Nullable Instant to,
            long commit,
            long accepted,
            long inLake) {}

    /**
     * How many windows of a subject.
     *
     * @param leftOut that could not be compared
     * @param repaired of those that were different
     * @param comparedInLake windows of the lake's usage
     * @param differentInLake of these
     */
    public record Windows(
            long compared,
            long leftOut,
            long different,
            long repaired,
            long comparedInLake,
            long differentInLake) {}

    /**
     * Puts it on record.
     *
     * @return its number
     */
    public long add(Scope scope, Windows windows) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(ADD)) {
            statement.setString(1, scope.slug());
            statement.setObject(2, ColumnTime.of(scope.from()));
            statement.setObject(3, ColumnTime.of(scope.to()));
            statement.setLong(4, scope.commit());
            statement.setLong(5, scope.accepted());
            statement.setLong(6, scope.inLake());
            statement.setLong(7, windows.compared());
            statement.setLong(8, windows.leftOut());
            statement.setLong(9, windows.different());
            statement.setLong(10, windows.repaired());
            statement.setLong(11, windows.comparedInLake());
            statement.setLong(12, windows.differentInLake());
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        }
    }
}
