package io.tallyflow.results;

import io.tallyflow.connectors.login.LoginTrouble;
import java.sql.SQLException;
import java.util.Objects;
import java.util.Set;

/** What to do when Postgres does not answer as it should. */
public final class PostgresTrouble {

    private static final Set<String> NOT_THERE = Set.of("3F000", "42P01", "42883", "42703");
    private static final String NOT_ALLOWED = "42501";

    private PostgresTrouble() {}

    /** The failure of a command that asked. */
    public static RequestFailedException failure(PostgresAddress address, SQLException e) {
        String state = Objects.toString(e.getSQLState(), "");
        return new RequestFailedException(
                "Postgres at "
                        + address.shown()
                        + " cannot be asked ("
                        + LoginTrouble.reason(e)
                        + "): "
                        + Objects.requireNonNullElseGet(
                                LoginTrouble.advice(e), () -> advice(state)),
                e);
    }

    private static String advice(String state) {
        if (state.startsWith("08")) {
            return "start it with tallyflow up, or name a running one with --data-dir or"
                    + " --postgres-url";
        } else if (NOT_THERE.contains(state)) {
            return "its schema is not the one of this version; tallyflow up brings it up to date";
        } else if (state.equals(NOT_ALLOWED)) {
            return "let its owner grant this user the role tallyflow_reader, or tallyflow_operator"
                    + " for savepoints, resets and changes of meters, or tallyflow_writer for runs over"
                    + " the lake";
        }
        return "see the server's log";
    }
}
