package io.tallyflow.results.meters;

import io.tallyflow.results.PostgresAddress;
import io.tallyflow.results.RequestFailedException;
import io.tallyflow.schemas.meter.Meter;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** The definitions that the running job works by, as Postgres has them. */
public final class MetersInForce {

    private MetersInForce() {}

    /**
     * Asks Postgres.
     *
     * @throws RequestFailedException if it does not answer
     */
    public static List<Meter> read(PostgresAddress address) {
        return of(DefinedMeter.all(address));
    }

    /** Asks within the transaction of the connection. */
    public static List<Meter> read(Connection connection) throws SQLException {
        return of(DefinedMeter.all(connection));
    }

    private static List<Meter> of(List<DefinedMeter> all) {
        return all.stream().filter(DefinedMeter::inForce).map(DefinedMeter::meter).toList();
    }
}
