package io.tallyflow.cli.connect;

import io.tallyflow.cli.directory.DataDirectory;
import io.tallyflow.results.PostgresAddress;
import io.tallyflow.results.RequestFailedException;
import io.tallyflow.results.RequestRefusedException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which running servers a command asks. */
public final class ConnectionOptions {

    @Option(
            names = "--data-dir",
            paramLabel = "DIR",
            description =
                    "Data directory of the servers that tallyflow up runs; default "
                            + DataDirectory.DEFAULT
                            + "/.")
    private @Nullable Path dataDirectory;

    @Option(
            names = "--postgres-url",
            paramLabel = "URL",
            description =
                    "Ask the Postgres at postgresql://USER@HOST:PORT/DATABASE. The password is"
                            + " taken from the environment variable "
                            + PostgresAddress.PASSWORD_VARIABLE
                            + ".")
    private @Nullable String postgresUrl;

    /**
     * Where the servers are.
     *
     * @throws RequestFailedException if none run on the data directory
     */
    public Connections find(Map<String, String> environment) {
        PostgresAddress named = Addresses.postgres(postgresUrl, environment);
        if (named == null) {
            Path directory = dataDirectory == null ? Path.of(DataDirectory.DEFAULT) : dataDirectory;
            return Connections.read(directory, environment);
        }
        if (dataDirectory != null) {
            throw new RequestRefusedException(
                    "--data-dir and --postgres-url both say which Postgres to ask: give one of them");
        }
        return Connections.to(named);
    }
}
