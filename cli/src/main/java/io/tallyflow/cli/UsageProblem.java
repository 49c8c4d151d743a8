package io.tallyflow.cli;

/** A command was given what it cannot understand. The message is one line and says what to do. */
final class UsageProblem extends RuntimeException {

    private static final long serialVersionUID = 1L;

    UsageProblem(String message) {
        super(message);
    }
}
