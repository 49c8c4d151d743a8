package io.tallyflow.cli.servers;

import io.tallyflow.cli.connect.Addresses;
import io.tallyflow.cli.connect.Connections;
import io.tallyflow.cli.directory.Birthplace;
import io.tallyflow.cli.directory.DataDirectory;
import io.tallyflow.cli.directory.DataPlace;
import io.tallyflow.cli.terminal.Console;
import io.tallyflow.cli.terminal.Lifetime;
import io.tallyflow.cli.terminal.Signals;
import io.tallyflow.connectors.directory.Directories;
import io.tallyflow.connectors.iceberg.upkeep.LakeRelocation;
import io.tallyflow.local.embedded.EmbeddedPostgres;
import io.tallyflow.results.PostgresAddress;
import io.tallyflow.results.RequestFailedException;
import io.tallyflow.results.RequestRefusedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tallyflow relocate}. */
@Command(
        name = "relocate",
        description = {
            "Makes a data directory that was moved or copied one of its own, where it is now.",
            "Rewrites what the lake's tables say of places. The place that it came from is neither"
                    + " read nor written."
        })
public final class RelocateCommand implements Callable<Integer> {

    @Spec private @Nullable CommandSpec spec;

    @Option(
            names = "--data-dir",
            paramLabel = "DIR",
            required = true,
            description = "The directory at its new place; nothing may run on it.")
    private Path dataDirectory = Path.of("");

    @Option(
            names = "--postgres-url",
            paramLabel = "URL",
            description =
                    "The Postgres that up was given, if it was given one. Its lake can be moved,"
                            + " not copied.")
    private @Nullable String postgresUrl;

    @Override
    public Integer call() throws SQLException, IOException {
        PostgresAddress named = Addresses.postgres(postgresUrl, System.getenv());
        Path root = DataPlace.of(dataDirectory);
        Path before = before(root);
        requireMove(before, root, named);
        try (Lifetime lifetime = new Lifetime()) {
            Signals.stopCleanly(lifetime);
            DataDirectory directory = lifetime.start(() -> DataDirectory.openMoved(root));
            Connections.remove(root);
            int tables = tables(directory, before, named, lifetime);
            Birthplace.record(root);
            Console.out(spec)
                    .printf(
                            "%s is a directory of its own now: %d tables of the lake moved from"
                                    + " %s%n",
                            root, tables, before);
            return 0;
        }
    }

    private static Path before(Path root) throws IOException {
        return Birthplace.of(root)
                .orElseThrow(
                        () ->
                                new RequestFailedException(
                                        root
                                                + " is no data directory of tallyflow up: name one"
                                                + " with --data-dir"));
    }

    /** Two directories cannot share the catalog of one lake. */
    private static void requireMove(Path before, Path root, @Nullable PostgresAddress named)
            throws IOException {
        if (named != null && !before.equals(root) && Birthplace.of(before).isPresent()) {
            throw new RequestFailedException(
                    root
                            + " is a copy, and the Postgres at "
                            + named.shown()
                            + " belongs to "
                            + before
                            + ": remove that directory if it is not to be used any more");
        }
    }

    private static int tables(
            DataDirectory directory,
            Path before,
            @Nullable PostgresAddress named,
            Lifetime lifetime)
            throws SQLException, IOException {
        LakeRelocation relocation =
                new LakeRelocation(
                        Directories.location(DataDirectory.warehouse(before)),
                        Directories.location(directory.warehouse()));
        PostgresAddress address = named == null ? embedded(directory, lifetime) : named;
        if (address == null) {
            return 0;
        }
        try (Connection connection = address.connect()) {
            return relocation.run(connection);
        }
    }

    /** Null where no lake can be. */
    private static @Nullable PostgresAddress embedded(DataDirectory directory, Lifetime lifetime) {
        EmbeddedPostgres.ServerFiles place = directory.postgres();
        if (Files.exists(place.directory().resolve("PG_VERSION"))) {
            EmbeddedPostgres postgres = lifetime.start(() -> EmbeddedPostgres.start(place, 0));
            return new PostgresAddress(postgres.jdbcUrl(), postgres.user(), null);
        }
        if (Files.exists(directory.warehouse())) {
            throw new RequestRefusedException(
                    "the catalog of the lake in "
                            + directory.root()
                            + " is in another Postgres: name it with --postgres-url");
        }
        return null;
    }
}
