package io.tallyflow.benchmarks.rewind;

import io.tallyflow.benchmarks.programs.ProgramSettings;
import io.tallyflow.benchmarks.workload.WorkloadSettings;
import io.tallyflow.connectors.postgres.schema.Migrations;
import io.tallyflow.schemas.commit.RewindTarget;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * A database whose results are made to reach over years, and what it tells of a rewind. Rows are
 * copies of those that a job has written, in later windows, whatever columns they have.
 */
final class YearsOfRows implements AutoCloseable {

    private static final int DAYS_OF_MONTH = 30;

    private static final String COUNT = "select count(*) from tallyflow.usage_row";

    private static final String COPY =
            """
            insert into tallyflow.usage_row
            select made.*
            from tallyflow.usage_row present
            cross join lateral (
                select present.window_start + ? * interval '1 minute' as window_start) later
            cross join lateral jsonb_populate_record(
                present,
                jsonb_build_object('window_start', later.window_start, 'settled', true)) made
            where present.window_start < ?
            """;

    private static final String TARGET =
            """
            select h.commit, l.epoch
            from tallyflow.ledger_history h join tallyflow.ledger l using (pipeline)
            where h.checkpoint = ? and h.abandoned_in_epoch is null
            """;

    private static final String SECONDS =
            """
            select coalesce(max(extract(epoch from clock_timestamp() - at)), 0)
            from tallyflow.rewind
            """;

    /** How often each partition of usage rows was scanned, by itself or by an index. */
    private static final String SCANS =
            """
            select s.relid, s.seq_scan + coalesce(s.idx_scan, 0) as scans
            from pg_stat_user_tables s
            join pg_inherits i on i.inhrelid = s.relid
            where i.inhparent = 'tallyflow.usage_row'::regclass
            """;

    private static final String REMEMBER = "create temp table scanned as " + SCANS;

    private static final String TOUCHED =
            "select count(*) from ("
                    + SCANS
                    + ") n join scanned s using (relid)"
                    + " where n.scans > s.scans";

    private static final String PARTITIONS = "select count(*) from (" + SCANS + ") n";

    private final Connection connection;
    private final PGSimpleDataSource database;

    private YearsOfRows(Connection connection, PGSimpleDataSource database) {
        this.connection = connection;
        this.database = database;
    }

    static YearsOfRows connect(String url) throws SQLException {
        PGSimpleDataSource database = new PGSimpleDataSource();
        database.setUrl(url);
        database.setUser(ProgramSettings.POSTGRES_USER);
        return new YearsOfRows(
                DriverManager.getConnection(url, ProgramSettings.POSTGRES_USER, ""), database);
    }

    /**
     * Copies the rows that there are into later months.
     *
     * @return how many there are then
     */
    long fill(long rows, int months) throws SQLException {
        Instant start = Instant.ofEpochMilli(WorkloadSettings.START_MILLIS);
        Migrations.makePartitions(
                database, LocalDate.ofInstant(start, ZoneOffset.UTC).plusMonths(months));
        long present = number(COUNT);
        long copies = Math.max(1, rows / present);
        long step =
                Math.max(10, Duration.ofDays((long) DAYS_OF_MONTH * months).toMinutes() / copies);
        try (PreparedStatement copy = connection.prepareStatement(COPY)) {
            for (long i = 1; i <= copies; i++) {
                copy.setLong(1, i * step);
                copy.setObject(2, start.plus(Duration.ofMinutes(5)).atOffset(ZoneOffset.UTC));
                copy.executeUpdate();
            }
        }
        execute("vacuum analyze tallyflow.usage_row");
        return present * (1 + copies);
    }

    long consumed() throws SQLException {
        return number("select coalesce(max(consumed), 0) from tallyflow.progress");
    }

    long commit() throws SQLException {
        return number("select coalesce(max(commit), 0) from tallyflow.progress");
    }

    /** The commit of a checkpoint, which state of it can be rewound to. */
    RewindTarget target(long checkpoint) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(TARGET)) {
            query.setLong(1, checkpoint);
            try (ResultSet row = query.executeQuery()) {
                row.next();
                return new RewindTarget(row.getLong(1), row.getLong(2));
            }
        }
    }

    /** What happens from now on counts as the rewind's. */
    void remember() throws SQLException {
        execute(REMEMBER);
    }

    long partitions() throws SQLException {
        return number(PARTITIONS);
    }

    long touched() throws SQLException {
        return number(TOUCHED);
    }

    /** How long ago the transaction of the rewind began; 0 while there is none to be seen. */
    double secondsOfRewind() throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(SECONDS)) {
            row.next();
            return row.getDouble(1);
        }
    }

    private long number(String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            row.next();
            return row.getLong(1);
        }
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
