package io.tallyflow.cli.terminal;

import io.tallyflow.results.RequestRefusedException;

/** A name and a value, as they are given to an option: {@code NAME=VALUE}. */
public record NamedValue(String name, String value) {

    /**
     * Reads them; the value may hold further signs of equality.
     *
     * @param option that they were given to
     * @throws RequestRefusedException if there is no name
     */
    public static NamedValue read(String option, String text) {
        int equals = text.indexOf('=');
        if (equals < 1) {
            throw new RequestRefusedException(option + " " + text + " is not NAME=VALUE");
        }
        return new NamedValue(text.substring(0, equals), text.substring(equals + 1));
    }
}
