package io.tallyflow.cli.lake;

import io.tallyflow.cli.connect.Connections;
import io.tallyflow.cli.connect.LakeOption;
import io.tallyflow.cli.directory.DataDirectory;
import io.tallyflow.cli.terminal.Console;
import io.tallyflow.cli.terminal.Lifetime;
import io.tallyflow.cli.terminal.Signals;
import io.tallyflow.connectors.iceberg.table.Lake;
import io.tallyflow.connectors.iceberg.table.LakeOptions;
import io.tallyflow.connectors.iceberg.upkeep.CompactionRules;
import io.tallyflow.local.embedded.EmbeddedPostgres;
import io.tallyflow.local.embedded.LakeAddress;
import io.tallyflow.results.FirstCause;
import io.tallyflow.results.RequestFailedException;
import io.tallyflow.results.RequestRefusedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.iceberg.CatalogProperties;
import org.apache.iceberg.CatalogUtil;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tallyflow lake compact}. */
@Command(
        name = "compact",
        description = {
            "Makes few large files of the many small ones of days that are over, and removes files"
                    + " that belong to no table.",
            "The embedded servers must not run. A job on a cluster may go on: it and this command"
                    + " take turns."
        })
final class LakeCompactCommand implements Callable<Integer> {

    private static final long MEBIBYTE = 1024 * 1024;
    private static final int MOST_MEBIBYTES = 4096;

    @Spec private @Nullable CommandSpec spec;

    @Option(
            names = "--data-dir",
            paramLabel = "DIR",
            description = "Data directory of tallyflow up; default " + DataDirectory.DEFAULT + "/.")
    private @Nullable Path dataDirectory;

    @Option(
            names = "--lake-properties",
            paramLabel = "FILE",
            description =
                    "Properties of another Iceberg catalog, as the job gets them with"
                            + " --lake.properties; type=rest, or type=jdbc on Postgres, must be one"
                            + " of them.")
    private @Nullable Path properties;

    @Option(
            names = "--older-than",
            paramLabel = "DAYS",
            defaultValue = "1",
            description =
                    "Days, UTC, to leave alone before the one until which windows have settled;"
                            + " default ${DEFAULT-VALUE}.")
    private int olderThan;

    @Option(
            names = "--target-size",
            paramLabel = "MB",
            defaultValue = "128",
            description =
                    "Size of a file in MiB; one of half of that stays as it is; default"
                            + " ${DEFAULT-VALUE}.")
    private int targetMebibytes;

    @Option(names = "--dry-run", description = "Say what would be done, and do nothing.")
    private boolean dryRun;

    @Override
    public Integer call() {
        CompactionRules rules = rules();
        LakeOptions elsewhere = properties == null ? null : elsewhere(properties);
        try (Lifetime lifetime = new Lifetime()) {
            Signals.stopCleanly(lifetime);
            LakeOptions options = elsewhere == null ? stopped(lifetime) : elsewhere;
            Lake lake = lifetime.start(() -> open(options));
            new CompactionRun(lake, rules, dryRun, Console.out(spec)).run();
            return 0;
        } catch (NoSuchTableException e) {
            throw new RequestFailedException(
                    "the catalog has no lake (" + FirstCause.of(e) + "): nothing was ever written",
                    e);
        }
    }

    private static Lake open(LakeOptions options) {
        try {
            return Lake.open(options);
        } catch (RuntimeException e) {
            throw new RequestFailedException(
                    "the lake's catalog cannot be reached: " + FirstCause.of(e), e);
        }
    }

    private CompactionRules rules() {
        if (olderThan < 0) {
            throw new RequestRefusedException(
                    "--older-than " + olderThan + " is not a number of days");
        }
        if (targetMebibytes < 1 || targetMebibytes > MOST_MEBIBYTES) {
            throw new RequestRefusedException(
                    "--target-size " + targetMebibytes + " is not 1 to " + MOST_MEBIBYTES);
        }
        return new CompactionRules(olderThan, targetMebibytes * MEBIBYTE);
    }

    /** A catalog that the job may be using right now. */
    private LakeOptions elsewhere(Path file) {
        if (dataDirectory != null) {
            throw new RequestRefusedException(
                    "--data-dir and --lake-properties both say which lake: give one of them");
        }
        LakeOptions options = LakeOption.read(file, System.getenv());
        if (!takesTurns(options.catalog())) {
            throw new RequestRefusedException(
                    "--lake-properties "
                            + file
                            + " says type="
                            + options.catalog().get(CatalogUtil.ICEBERG_CATALOG_TYPE)
                            + ": only a catalog of type=rest, or of type=jdbc on Postgres, is safe"
                            + " with a second process that commits");
        }
        return options;
    }

    private static boolean takesTurns(Map<String, String> catalog) {
        String type = catalog.getOrDefault(CatalogUtil.ICEBERG_CATALOG_TYPE, "");
        String uri = catalog.getOrDefault(CatalogProperties.URI, "");
        return type.equals(CatalogUtil.ICEBERG_CATALOG_TYPE_REST)
                || type.equals(CatalogUtil.ICEBERG_CATALOG_TYPE_JDBC)
                        && uri.startsWith("jdbc:postgresql:");
    }

    /** The embedded lake, with nobody else at it. */
    private LakeOptions stopped(Lifetime lifetime) {
        Path root = dataDirectory == null ? Path.of(DataDirectory.DEFAULT) : dataDirectory;
        if (!Files.isDirectory(root)) {
            throw noLake(root);
        }
        DataDirectory directory = lifetime.start(() -> DataDirectory.open(root));
        EmbeddedPostgres.ServerFiles place = directory.postgres();
        if (!Files.exists(place.directory().resolve("PG_VERSION"))) {
            throw noLake(directory.root());
        }
        Connections.remove(directory.root());
        EmbeddedPostgres postgres = lifetime.start(() -> EmbeddedPostgres.start(place, 0));
        return LakeAddress.options(
                postgres.jdbcUrl(), postgres.user(), null, directory.warehouse());
    }

    private static RequestFailedException noLake(Path root) {
        return new RequestFailedException(
                "no embedded lake is kept in "
                        + root.toAbsolutePath().normalize()
                        + ": name the data directory of tallyflow up with --data-dir, or another"
                        + " catalog with --lake-properties");
    }
}
