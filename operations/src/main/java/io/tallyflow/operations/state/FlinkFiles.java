package io.tallyflow.operations.state;

import io.tallyflow.connectors.directory.FlinkDirectory;
import java.io.IOException;
import java.util.Map;
import org.apache.flink.configuration.ConfigConstants;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.GlobalConfiguration;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;
import org.apache.flink.core.fs.UnsupportedFileSystemSchemeException;
import org.apache.flink.core.plugin.PluginUtils;

/**
 * The file systems that savepoints are read from. Local ones need nothing; others come as plugins
 * of a Flink distribution, and are set up in its configuration.
 */
public final class FlinkFiles {

    /**
     * Somebody waits for the answer; by itself the client for S3 tries for a quarter of an hour.
     */
    private static final Map<String, String> FOR_PEOPLE =
            Map.of("s3.attempts.maximum", "3", "s3.retry.limit", "2");

    /** The client for S3 says on standard error how old it is, unless told not to. */
    private static final String NO_ANNOUNCEMENT = "aws.java.v1.disableDeprecationAnnouncement";

    private FlinkFiles() {}

    /**
     * Takes up the plugins and settings that the environment names, for the whole process.
     *
     * @param environment where {@code FLINK_PLUGINS_DIR} and {@code FLINK_CONF_DIR} are looked for,
     *     as Flink does
     */
    public static void prepare(Map<String, String> environment) {
        if (!environment.containsKey(ConfigConstants.ENV_FLINK_PLUGINS_DIR)) {
            return;
        }
        String settings = environment.get(ConfigConstants.ENV_FLINK_CONF_DIR);
        Configuration configuration =
                settings == null
                        ? new Configuration()
                        : GlobalConfiguration.loadConfiguration(settings);
        FOR_PEOPLE.forEach(
                (key, value) -> {
                    if (!configuration.containsKey(key)) {
                        configuration.setString(key, value);
                    }
                });
        System.setProperty(NO_ANNOUNCEMENT, "true");
        FileSystem.initialize(
                configuration, PluginUtils.createPluginManagerFromRootFolder(configuration));
    }

    /** Takes up the files that a checkpoint of an embedded job names, if it is one. */
    static void openAround(String checkpoint) {
        String scheme = new Path(checkpoint).toUri().getScheme();
        if (scheme == null || scheme.equals("file")) {
            FlinkDirectory.openAround(
                    java.nio.file.Path.of(checkpoint.replaceFirst("^file:(//(?=/))?", "")));
        }
    }

    /**
     * Looks for the table of contents of a savepoint.
     *
     * @param path its directory, as Flink names it
     * @throws IOException if the file system cannot be asked
     */
    public static FilesSeen look(String path) throws IOException {
        try {
            Path contents = new Path(path, "_metadata");
            return contents.getFileSystem().exists(contents) ? FilesSeen.THERE : FilesSeen.GONE;
        } catch (UnsupportedFileSystemSchemeException | IllegalArgumentException e) {
            return FilesSeen.NOT_LOOKED_FOR;
        }
    }
}
