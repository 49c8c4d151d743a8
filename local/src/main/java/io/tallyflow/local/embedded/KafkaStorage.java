package io.tallyflow.local.embedded;

import io.tallyflow.connectors.directory.Directories;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Properties;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.metadata.storage.Formatter;

/** Prepares a node's directory, once. */
final class KafkaStorage {

    private static final String META = "meta.properties";

    private KafkaStorage() {}

    /** Formats the directory if it has never been, and returns its cluster id. */
    static String format(Path directory, int node) {
        Path formatted = directory.toAbsolutePath();
        try {
            if (Files.notExists(formatted.resolve(META))) {
                formatNew(formatted, node);
            }
            return clusterId(formatted.resolve(META));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Formats beside the place and then renames: killed half-way, nothing half-made is used. */
    private static void formatNew(Path directory, int node) throws IOException {
        if (Files.isDirectory(directory) && !isEmpty(directory)) {
            throw new ServerFailure(
                    directory
                            + " holds files but no "
                            + META
                            + ", so it is not a Kafka directory: move it away, or use another"
                            + " data directory");
        }
        Path fresh = directory.resolveSibling(directory.getFileName() + ".new");
        Directories.delete(fresh);
        Directories.make(fresh);
        runFormatter(fresh, node);
        Files.deleteIfExists(directory);
        Files.move(fresh, directory, StandardCopyOption.ATOMIC_MOVE);
    }

    private static void runFormatter(Path directory, int node) {
        Formatter formatter =
                new Formatter()
                        .setPrintStream(
                                new PrintStream(
                                        OutputStream.nullOutputStream(),
                                        false,
                                        StandardCharsets.UTF_8))
                        .setClusterId(Uuid.randomUuid().toString())
                        .setNodeId(node)
                        .setControllerListenerName("CONTROLLER")
                        .setMetadataLogDirectory(directory.toString())
                        .addDirectory(directory.toString())
                        // A lone replica that was killed must lead again without being asked.
                        .setFeatureLevel("eligible.leader.replicas.version", (short) 0)
                        .setHasDynamicQuorum(false);
        try {
            formatter.run();
        } catch (Exception e) {
            throw new ServerFailure(
                    "Kafka's directory " + directory + " cannot be prepared: " + e.getMessage(), e);
        }
    }

    private static boolean isEmpty(Path directory) throws IOException {
        try (var entries = Files.list(directory)) {
            return entries.findAny().isEmpty();
        }
    }

    private static String clusterId(Path meta) throws IOException {
        Properties properties = new Properties();
        try (InputStream in = Files.newInputStream(meta)) {
            properties.load(in);
        }
        String id = properties.getProperty("cluster.id");
        if (id == null) {
            throw new ServerFailure(meta + " names no cluster.id: it is damaged");
        }
        return id;
    }
}
