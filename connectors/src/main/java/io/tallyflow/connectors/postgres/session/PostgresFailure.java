package io.tallyflow.connectors.postgres.session;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** What kind of trouble an SQLSTATE stands for. */
enum PostgresFailure {
    /** Lost against another transaction: the same transaction will do. */
    CONFLICT,
    /** The server is away, restarting, full or frozen: waiting may help. */
    AWAY,
    /** The statement itself is refused: trying again will not help. */
    REFUSED;

    static PostgresFailure of(SQLException e) {
        return of(e.getSQLState());
    }

    private static PostgresFailure of(@Nullable String state) {
        if (state == null) {
            return AWAY; // the driver gives none where the socket broke in its hands
        }
        if (state.equals("40001") || state.equals("40P01") || state.equals("55P03")) {
            return CONFLICT;
        }
        boolean away =
                state.startsWith("08") // connection
                        || state.startsWith("53") // insufficient resources
                        || state.startsWith("57P0") // shutdown, crash, cannot connect now
                        || state.startsWith("58") // system error
                        || state.equals("57014") // statement cancelled
                        || state.equals("25P03") // silent for too long
                        || state.equals("25006"); // read only: a standby before its promotion
        return away ? AWAY : REFUSED;
    }

    boolean isWorthAnotherTry() {
        return this != REFUSED;
    }
}
