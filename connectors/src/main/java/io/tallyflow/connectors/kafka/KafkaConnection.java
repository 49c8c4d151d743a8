package io.tallyflow.connectors.kafka;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import java.util.StringJoiner;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.jspecify.annotations.Nullable;

/**
 * How every client of ours reaches Kafka: the brokers, and what a file of client properties says of
 * security and patience. The file may hold secrets; nothing here prints them.
 */
public final class KafkaConnection {

    private static final String STARS = "*****";

    /** Where they may be taken from is said in the file, by Kafka's own means. */
    private static final String PROVIDERS = "config.providers";

    private static final ConfigDef CONNECTION = AdminClientConfig.configDef();

    /** Kafka's plugins take settings of their own below these. */
    private static final List<String> SECURITY = List.of("security.", "sasl.", "ssl.");

    /** What a client is asked for elsewhere, or must not be told to give up. */
    private static final Set<String> OURS =
            Set.of(
                    AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
                    AdminClientConfig.BOOTSTRAP_CONTROLLERS_CONFIG,
                    AdminClientConfig.CLIENT_ID_CONFIG,
                    AdminClientConfig.RETRIES_CONFIG);

    private final String bootstrap;
    private final @Nullable Path file;
    private final Map<String, String> settings;

    private KafkaConnection(String bootstrap, @Nullable Path file, Map<String, String> settings) {
        this.bootstrap = bootstrap;
        this.file = file;
        this.settings = Map.copyOf(settings);
    }

    /**
     * Brokers that ask for neither TLS nor a login.
     *
     * @param bootstrap {@code HOST:PORT} of one or more
     */
    public static KafkaConnection plain(String bootstrap) {
        return new KafkaConnection(bootstrap, null, Map.of());
    }

    /**
     * Brokers, and a file that says how to talk to them.
     *
     * @param file Java properties as Kafka's own clients take them; null for none
     * @throws IllegalArgumentException if it cannot be read, or holds what is not of the
     *     connection; the message holds no value of it
     */
    public static KafkaConnection read(String bootstrap, @Nullable Path file) {
        if (file == null) {
            return plain(bootstrap);
        }
        Properties read = new Properties();
        try (Reader in = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            read.load(in);
        } catch (IOException e) {
            throw new IllegalArgumentException("cannot be read: " + e, e);
        } catch (IllegalArgumentException e) {
            // Its message may hold a part of a value.
            throw new IllegalArgumentException("is not a properties file: a \\u is damaged");
        }
        Map<String, String> settings = new TreeMap<>();
        read.stringPropertyNames().forEach(key -> settings.put(key, read.getProperty(key)));
        List<String> refused = settings.keySet().stream().filter(key -> !isAllowed(key)).toList();
        if (!refused.isEmpty()) {
            throw new IllegalArgumentException(
                    "holds "
                            + refused
                            + ", which is not for it to say: it takes the settings of Kafka's admin"
                            + " client for security and time limits, "
                            + PROVIDERS
                            + " too");
        }
        return new KafkaConnection(bootstrap, file, settings);
    }

    private static boolean isAllowed(String key) {
        return !OURS.contains(key)
                && (CONNECTION.names().contains(key)
                        || key.equals(PROVIDERS)
                        || key.startsWith(PROVIDERS + ".")
                        || SECURITY.stream().anyMatch(key::startsWith));
    }

    /** {@code HOST:PORT} of one or more brokers. */
    public String bootstrap() {
        return bootstrap;
    }

    /** The file of client properties; null if there is none. */
    public @Nullable Path file() {
        return file;
    }

    /** For any client; may hold secrets. */
    public Properties properties() {
        Properties all = new Properties();
        all.putAll(settings);
        all.setProperty(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap);
        return all;
    }

    /**
     * The same for a client that gives up earlier, unless the file says how long it waits.
     *
     * @param limits settings of Kafka's admin client
     */
    public Properties properties(Map<String, String> limits) {
        Properties all = properties();
        limits.forEach(all::putIfAbsent);
        return all;
    }

    /** Every setting that may be a secret is stars. */
    @Override
    public String toString() {
        StringJoiner text = new StringJoiner(", ", "KafkaConnection[", "]").add(bootstrap);
        new TreeMap<>(settings)
                .forEach((key, value) -> text.add(key + "=" + (isPublic(key) ? value : STARS)));
        return text.toString();
    }

    private static boolean isPublic(String key) {
        ConfigDef.ConfigKey known = CONNECTION.configKeys().get(key);
        return known != null && known.type != ConfigDef.Type.PASSWORD;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof KafkaConnection that
                && bootstrap.equals(that.bootstrap)
                && Objects.equals(file, that.file)
                && settings.equals(that.settings);
    }

    @Override
    public int hashCode() {
        return Objects.hash(bootstrap, file, settings);
    }
}
