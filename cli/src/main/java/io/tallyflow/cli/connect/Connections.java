package io.tallyflow.cli.connect;

import io.tallyflow.cli.directory.Birthplace;
import io.tallyflow.cli.directory.DataPlace;
import io.tallyflow.connectors.kafka.KafkaConnection;
import io.tallyflow.results.PostgresAddress;
import io.tallyflow.results.RequestFailedException;
import java.io.IOException;
import java.io.Reader;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * Where running servers are reached. Kept in the data directory while they run, for the commands
 * that ask them; never with a password.
 *
 * @param postgres where results are
 * @param kafka the brokers; null if not known
 * @param web address of Flink's page; null if not known
 * @param warehouse directory of the lake; null if not known
 */
public record Connections(
        PostgresAddress postgres,
        @Nullable KafkaConnection kafka,
        @Nullable String web,
        @Nullable String warehouse) {

    private static final String FILE = "connections.properties";
    private static final String SECRET_OPTIONS = "(?i)(?<=[?&])[^=&]*password=[^&]*&?";

    /** Only Postgres is known. */
    static Connections to(PostgresAddress postgres) {
        return new Connections(postgres, null, null, null);
    }

    /**
     * Tells other commands, until the result is closed.
     *
     * @throws RequestFailedException if the directory cannot be written
     */
    public AutoCloseable publish(Path directory) {
        StringWriter text = new StringWriter();
        Path fresh = directory.resolve(FILE + ".new");
        try {
            properties().store(text, "Where the running servers are; removed when they stop.");
            Files.writeString(fresh, text.toString());
            Files.move(fresh, directory.resolve(FILE), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new RequestFailedException(directory + " cannot be written: " + e, e);
        }
        return () -> remove(directory);
    }

    /** Takes away what servers told that were killed. */
    public static void remove(Path directory) {
        try {
            Files.deleteIfExists(directory.resolve(FILE));
        } catch (IOException e) {
            throw new RequestFailedException(directory + " cannot be written: " + e, e);
        }
    }

    /**
     * What the servers told that run on a directory.
     *
     * @throws RequestFailedException if none do, or the directory is a copy: those that it names
     *     run on another one
     */
    static Connections read(Path directory, Map<String, String> environment) {
        requireAtHome(directory);
        Path file = directory.toAbsolutePath().normalize().resolve(FILE);
        Properties known = new Properties();
        try (Reader text = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            known.load(text);
        } catch (NoSuchFileException e) {
            throw new RequestFailedException(
                    "no servers run on "
                            + file.getParent()
                            + ": start them with tallyflow up, or name another directory with"
                            + " --data-dir or a Postgres with --postgres-url",
                    e);
        } catch (IOException | IllegalArgumentException e) {
            throw new RequestFailedException(file + " cannot be read: " + e, e);
        }
        String url = known.getProperty("postgres.url");
        String user = known.getProperty("postgres.user");
        if (url == null || user == null) {
            throw new RequestFailedException(file + " names no Postgres: start tallyflow up again");
        }
        return new Connections(
                postgres(file, url, user, environment),
                kafka(known),
                known.getProperty("web.address"),
                known.getProperty("lake.warehouse"));
    }

    private static void requireAtHome(Path directory) {
        try {
            Birthplace.require(DataPlace.of(directory));
        } catch (IOException e) {
            throw new RequestFailedException(directory + " cannot be read: " + e, e);
        }
    }

    private static PostgresAddress postgres(
            Path file, String url, String user, Map<String, String> environment) {
        try {
            PostgresAddress told = PostgresAddress.parse(url, environment);
            return new PostgresAddress(told.url(), user, told.password());
        } catch (IllegalArgumentException e) {
            throw new RequestFailedException(
                    file + ": postgres.url " + e.getMessage() + "; start tallyflow up again", e);
        }
    }

    private static @Nullable KafkaConnection kafka(Properties known) {
        String file = known.getProperty("kafka.properties");
        return Addresses.kafka(
                known.getProperty("kafka.bootstrap"), file == null ? null : Path.of(file));
    }

    private Properties properties() {
        Properties properties = new Properties();
        properties.setProperty("postgres.url", postgres.url().replaceAll(SECRET_OPTIONS, ""));
        properties.setProperty("postgres.user", postgres.user());
        if (kafka != null) {
            properties.setProperty("kafka.bootstrap", kafka.bootstrap());
            Path file = kafka.file();
            put(properties, "kafka.properties", file == null ? null : file.toString());
        }
        put(properties, "web.address", web);
        put(properties, "lake.warehouse", warehouse);
        return properties;
    }

    private static void put(Properties properties, String name, @Nullable String value) {
        if (value != null) {
            properties.setProperty(name, value);
        }
    }
}
