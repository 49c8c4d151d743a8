package io.tallyflow.local.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Who may log in to the embedded server, and how. */
final class Logins {

    private static final String RULES =
            """
            # Written at every start.
            # TYPE  DATABASE  USER       ADDRESS       METHOD
            host    all       tallyflow  127.0.0.1/32  trust
            host    all       all        127.0.0.1/32  scram-sha-256
            """;

    private Logins() {}

    /** Writes the rules into a directory of data whose server does not run. */
    static void write(Path data) {
        try {
            Files.writeString(data.resolve("pg_hba.conf"), RULES);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
