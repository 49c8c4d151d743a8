package io.tallyflow.cli.query;

/** The arguments of a query make no sense. The message is one line and names the argument. */
public final class QueryRefusedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public QueryRefusedException(String message) {
        super(message);
    }
}
