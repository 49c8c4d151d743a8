package io.tallyflow.connectors.iceberg.table;

/** Others have deleted rows in a way that is not understood here: which, nobody can tell. */
public final class UnreadableDeletesException extends IllegalStateException {

    private static final long serialVersionUID = 1L;

    UnreadableDeletesException(String message) {
        super(message);
    }
}
