package io.tallyflow.connectors.postgres.schema;

import java.sql.SQLException;
import java.time.LocalDate;
import java.time.ZoneOffset;
import javax.sql.DataSource;

/**
 * What the owner of the tables has to do once a day or, if that is forgotten, once a month: make
 * partitions ahead, and thin the ledger's history out.
 */
public final class Upkeep {

    private static final int MONTHS_AHEAD = 12;

    private Upkeep() {}

    /**
     * What was done.
     *
     * @param months partitions that were made
     * @param commits rows that left the history
     */
    public record Done(int months, long commits) {}

    /**
     * Does it, in a transaction each.
     *
     * @throws SQLException 55P03 if others were in the way of new partitions all the time
     */
    public static Done run(DataSource database) throws SQLException {
        LocalDate until = LocalDate.now(ZoneOffset.UTC).plusMonths(MONTHS_AHEAD);
        // First what nobody can be in the way of.
        long commits = Migrations.thinHistory(database);
        return new Done(Migrations.makePartitions(database, until), commits);
    }
}
