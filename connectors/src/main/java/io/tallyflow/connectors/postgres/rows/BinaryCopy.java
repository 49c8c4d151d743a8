package io.tallyflow.connectors.postgres.rows;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/**
 * A {@code COPY ... FROM STDIN (FORMAT BINARY)} under way. The server has its rows once it is
 * ended; one that is closed before leaves none, and an error in the transaction.
 */
public final class BinaryCopy implements AutoCloseable {

    /** Signature, no flags, no extension. */
    private static final byte[] HEADER =
            "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0".getBytes(StandardCharsets.ISO_8859_1);

    /** As the number of values in a row. */
    private static final byte[] END = {-1, -1};

    /** A message of its own for each row would cost more than the row. */
    private static final int SENT_AT_ONCE = 1 << 16;

    private final CopyIn copy;
    private final BinaryValues values = new BinaryValues();

    private BinaryCopy(CopyIn copy) {
        this.copy = copy;
    }

    /** Begins one; until its end the connection can do nothing else. */
    public static BinaryCopy begin(Connection connection, String sql) throws SQLException {
        CopyIn copy = connection.unwrap(PGConnection.class).getCopyAPI().copyIn(sql);
        copy.writeToCopy(HEADER, 0, HEADER.length);
        return new BinaryCopy(copy);
    }

    /**
     * Begins a row.
     *
     * @param columns how many values it has, which are to be added to what is returned
     */
    public BinaryValues row(int columns) throws SQLException {
        if (values.size() >= SENT_AT_ONCE) {
            values.moveTo(copy);
        }
        values.row(columns);
        return values;
    }

    /** Adds whole rows that were made before. */
    public void rows(byte[] tuples) throws SQLException {
        values.moveTo(copy);
        copy.writeToCopy(tuples, 0, tuples.length);
    }

    /** Sends what is left; returns how many rows the server took. */
    public long end() throws SQLException {
        values.moveTo(copy);
        copy.writeToCopy(END, 0, END.length);
        return copy.endCopy();
    }

    @Override
    public void close() throws SQLException {
        if (copy.isActive()) {
            copy.cancelCopy();
        }
    }
}
