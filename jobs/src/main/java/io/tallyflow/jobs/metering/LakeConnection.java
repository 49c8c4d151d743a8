package io.tallyflow.jobs.metering;

import io.tallyflow.connectors.iceberg.table.LakeOptions;
import io.tallyflow.connectors.login.PostgresUrl;
import io.tallyflow.connectors.login.Secret;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import org.apache.iceberg.CatalogProperties;
import org.apache.iceberg.CatalogUtil;

/** Makes the properties of the Iceberg catalog from the job's options. */
public final class LakeConnection {

    /** Password of a JDBC catalog's user. */
    public static final String PASSWORD_VARIABLE = "TALLYFLOW_LAKE_PASSWORD";

    /** Client credential of a REST catalog, {@code ID:SECRET}. */
    static final String CREDENTIAL_VARIABLE = "TALLYFLOW_LAKE_CREDENTIAL";

    /** Values of {@link Option#LAKE_CATALOG}. */
    static final List<String> KINDS =
            List.of(
                    "none",
                    CatalogUtil.ICEBERG_CATALOG_TYPE_JDBC,
                    CatalogUtil.ICEBERG_CATALOG_TYPE_REST);

    private LakeConnection() {}

    /**
     * The catalog that the options name.
     *
     * @param given what the options say; without {@link Option#LAKE_CATALOG} the file says which
     *     kind it is
     * @param file further properties, which win; empty for none
     * @throws IllegalArgumentException if something is missing or the file cannot be read
     */
    public static LakeOptions options(
            Map<Option, String> given,
            String file,
            Map<String, String> environment,
            Duration patience) {
        Map<String, String> further = file.isEmpty() ? Map.of() : read(Path.of(file));
        String kind =
                given.getOrDefault(
                        Option.LAKE_CATALOG,
                        further.getOrDefault(CatalogUtil.ICEBERG_CATALOG_TYPE, ""));
        Map<String, String> catalog = new HashMap<>();
        catalog.put(CatalogUtil.ICEBERG_CATALOG_TYPE, kind);
        catalog.put(CatalogProperties.URI, given.getOrDefault(Option.LAKE_URI, ""));
        catalog.put(
                CatalogProperties.WAREHOUSE_LOCATION,
                given.getOrDefault(Option.LAKE_WAREHOUSE, ""));
        if (kind.equals(CatalogUtil.ICEBERG_CATALOG_TYPE_JDBC)) {
            catalog.put("jdbc.schema-version", "V1");
            put("jdbc.user", given.getOrDefault(Option.LAKE_USER, ""), catalog);
            put("jdbc.password", secret(PASSWORD_VARIABLE, environment), catalog);
            catalog.put("jdbc.prepareThreshold", "0"); // as for results, see RealEnds
            catalog.put("jdbc.connectTimeout", "10");
            catalog.put("jdbc.socketTimeout", "60");
        } else {
            put("credential", secret(CREDENTIAL_VARIABLE, environment), catalog);
        }
        catalog.putAll(further);
        if (!file.isEmpty()) {
            catalog.computeIfPresent(CatalogProperties.URI, (name, uri) -> checked(uri));
        }
        return LakeOptions.of(catalog, given.getOrDefault(Option.PIPELINE, "metering"), patience);
    }

    /** What is empty is left to whoever has a default. */
    private static void put(String name, String value, Map<String, String> catalog) {
        if (!value.isEmpty()) {
            catalog.put(name, value);
        }
    }

    /** Iceberg names it wherever it cannot connect. */
    private static String checked(String uri) {
        try {
            return PostgresUrl.checked(uri, PASSWORD_VARIABLE);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(CatalogProperties.URI + " " + e.getMessage(), e);
        }
    }

    private static String secret(String variable, Map<String, String> environment) {
        return Objects.requireNonNullElse(Secret.find(variable, environment), "");
    }

    private static Map<String, String> read(Path file) {
        Properties properties = new Properties();
        try (Reader in = Files.newBufferedReader(file)) {
            properties.load(in);
        } catch (IOException e) {
            throw new IllegalArgumentException("cannot be read: " + e, e);
        }
        Map<String, String> all = new HashMap<>();
        properties.stringPropertyNames().forEach(key -> all.put(key, properties.getProperty(key)));
        return all;
    }
}
