package io.tallyflow.connectors.postgres.schema;

import io.tallyflow.connectors.refusal.StartRefusal;

/** The database is not one that the schema can live in; the message says why and what to do. */
public final class SchemaException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    SchemaException(String message) {
        super(StartRefusal.SCHEMA_UNFIT.saying(message));
    }

    private SchemaException(Throwable cause) {
        super("the database cannot be reached: " + cause.getMessage(), cause);
    }

    /** Nothing is known of the database but that it does not answer, which is no refusal. */
    static SchemaException unreachable(Throwable cause) {
        return new SchemaException(cause);
    }

    SchemaException(String message, Throwable cause) {
        super(StartRefusal.SCHEMA_UNFIT.saying(message), cause);
    }
}
