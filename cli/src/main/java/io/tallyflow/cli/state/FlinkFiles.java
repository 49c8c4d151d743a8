package io.tallyflow.cli.state;

import java.util.Map;
import org.apache.flink.configuration.ConfigConstants;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.GlobalConfiguration;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.plugin.PluginUtils;

/**
 * The file systems that savepoints are read from. Local ones need nothing; others come as plugins
 * of a Flink distribution, and are set up in its configuration.
 */
public final class FlinkFiles {

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
        FileSystem.initialize(
                configuration, PluginUtils.createPluginManagerFromRootFolder(configuration));
    }
}
