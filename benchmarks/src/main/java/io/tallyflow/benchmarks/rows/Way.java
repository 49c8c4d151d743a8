package io.tallyflow.benchmarks.rows;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Locale;
import org.postgresql.PGConnection;
import org.postgresql.core.BaseConnection;

/** A way to write rows. */
enum Way {
    /** One array per column, {@code on conflict do update}. */
    UPSERT {
        @Override
        Encoded encode(RowFields fields, List<LayoutRow> rows, long commit) {
            return arrays(
                    fields,
                    rows,
                    commit,
                    fields.layout().isFull() ? Statements.UPSERT_FULL : Statements.UPSERT,
                    "");
        }
    },
    /** One array per column, no conflict clause. */
    INSERT {
        @Override
        Encoded encode(RowFields fields, List<LayoutRow> rows, long commit) {
            return arrays(fields, rows, commit, Statements.INSERT, "");
        }
    },
    COPY_BINARY {
        @Override
        Encoded encode(RowFields fields, List<LayoutRow> rows, long commit) {
            byte[] bytes = binary(fields, rows, commit);
            return connection -> copy(connection, Statements.COPY_BINARY, bytes);
        }
    },
    COPY_TEXT {
        @Override
        Encoded encode(RowFields fields, List<LayoutRow> rows, long commit) {
            TextCopy sink = new TextCopy();
            rows.forEach(row -> fields.write(row, commit, sink));
            byte[] bytes = sink.end();
            return connection -> copy(connection, Statements.COPY_TEXT, bytes);
        }
    },
    /** One array per column, joined to the table as the planner likes. */
    UPDATE {
        @Override
        Encoded encode(RowFields fields, List<LayoutRow> rows, long commit) {
            return arrays(fields, rows, commit, update(fields), "");
        }
    },
    /** One array per column, each row looked up by its key. */
    UPDATE_BY_KEY {
        @Override
        Encoded encode(RowFields fields, List<LayoutRow> rows, long commit) {
            return arrays(fields, rows, commit, update(fields), Statements.LOOK_UP);
        }
    },
    /** COPY into a temporary table, each row looked up by its key. */
    UPDATE_STAGED {
        @Override
        Encoded encode(RowFields fields, List<LayoutRow> rows, long commit) {
            byte[] bytes = binary(fields, rows, commit);
            return connection -> {
                execute(connection, Statements.MAKE_STAGING);
                copy(connection, Statements.COPY_STAGED, bytes);
                execute(connection, Statements.LOOK_UP);
                try (Statement statement = connection.createStatement()) {
                    return statement.executeUpdate(Statements.UPDATE_STAGED);
                }
            };
        }
    };

    private static final int COPY_BUFFER = 1 << 16;

    /** LayoutRows as they are sent. */
    @FunctionalInterface
    interface Encoded {

        /**
         * Sends them within the transaction of the connection.
         *
         * @return how many rows were written
         */
        long send(Connection connection) throws SQLException, IOException;
    }

    /** Makes what is sent, so that sending alone is measured. */
    abstract Encoded encode(RowFields fields, List<LayoutRow> rows, long commit);

    /** As tables name it. */
    String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private static String update(RowFields fields) {
        return fields.layout().isByLayer() ? Statements.UPDATE_WITH_LAYER : Statements.UPDATE;
    }

    private static Encoded arrays(
            RowFields fields,
            List<LayoutRow> rows,
            long commit,
            String statement,
            String settings) {
        BinaryArrays sink = new BinaryArrays(fields.types());
        rows.forEach(row -> fields.writeArrays(row, commit, sink));
        List<byte[]> columns = sink.encoded();
        return connection -> {
            if (!settings.isEmpty()) {
                execute(connection, settings);
            }
            BaseConnection driver = connection.unwrap(BaseConnection.class);
            try (PreparedStatement prepared = connection.prepareStatement(statement)) {
                int next = 1;
                for (Array column : sink.arrays(driver, columns)) {
                    prepared.setArray(next++, column);
                }
                return prepared.executeUpdate();
            }
        };
    }

    private static byte[] binary(RowFields fields, List<LayoutRow> rows, long commit) {
        BinaryRows sink = new BinaryRows();
        rows.forEach(row -> fields.write(row, commit, sink));
        return sink.end();
    }

    private static long copy(Connection connection, String statement, byte[] bytes)
            throws SQLException, IOException {
        return connection
                .unwrap(PGConnection.class)
                .getCopyAPI()
                .copyIn(statement, new ByteArrayInputStream(bytes), COPY_BUFFER);
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
