package io.tallyflow.cli.cluster;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A savepoint that was taken.
 *
 * @param path as Flink names it, a URI
 * @param checkpoint its number, from the same count as those of checkpoints
 */
public record Savepoint(String path, long checkpoint) {

    /**
     * Whether its files are not there any more. Only of files can this machine tell, and only where
     * it sees those of the cluster.
     */
    public boolean isGone() {
        URI uri = URI.create(path);
        return "file".equals(uri.getScheme())
                && !Files.exists(Path.of(uri.getPath()).resolve("_metadata"));
    }
}
