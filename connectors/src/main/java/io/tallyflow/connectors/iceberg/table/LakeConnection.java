package io.tallyflow.connectors.iceberg.table;

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

/** Makes the properties of the Iceberg catalog from what is said of it. */
public final class LakeConnection {

    /** Password of a JDBC catalog's user. */
    public static final String PASSWORD_VARIABLE = "TALLYFLOW_LAKE_PASSWORD";

    /** Client credential of a REST catalog, {@code ID:SECRET}. */
    static final String CREDENTIAL_VARIABLE = "TALLYFLOW_LAKE_CREDENTIAL";

    /** The kinds of catalog that can be named; {@code none} stands for a job without a lake. */
    public static final List<String> KINDS =
            List.of(
                    "none",
                    CatalogUtil.ICEBERG_CATALOG_TYPE_JDBC,
                    CatalogUtil.ICEBERG_CATALOG_TYPE_REST);

    /** A pool in transaction mode gives each transaction another session; see PostgresUse. */
    private static final Map<String, String> JDBC =
            Map.of(
                    "jdbc.schema-version", "V1",
                    "jdbc.prepareThreshold", "0",
                    "jdbc.connectTimeout", "10",
                    "jdbc.socketTimeout", "60");

    private LakeConnection() {}

    /**
     * The catalog that the texts name.
     *
     * @param file path of further properties, which win; empty for none
     * @param environment where the secrets are found
     * @param patience how long a catalog that does not answer is waited for
     * @throws IllegalArgumentException if something is missing or the file cannot be read
     */
    public static LakeOptions options(
            CatalogTexts texts, String file, Map<String, String> environment, Duration patience) {
        Map<String, String> further = file.isEmpty() ? Map.of() : read(Path.of(file));
        Map<String, String> catalog = catalog(texts.withKind(kind(texts, further)), environment);
        catalog.putAll(further);
        if (!file.isEmpty()) {
            catalog.computeIfPresent(CatalogProperties.URI, (name, uri) -> checked(uri));
        }
        return LakeOptions.of(catalog, texts.pipeline(), patience);
    }

    private static String kind(CatalogTexts texts, Map<String, String> further) {
        return texts.kind().isEmpty()
                ? further.getOrDefault(CatalogUtil.ICEBERG_CATALOG_TYPE, "")
                : texts.kind();
    }

    private static Map<String, String> catalog(
            CatalogTexts texts, Map<String, String> environment) {
        Map<String, String> catalog = new HashMap<>();
        catalog.put(CatalogUtil.ICEBERG_CATALOG_TYPE, texts.kind());
        catalog.put(CatalogProperties.URI, texts.uri());
        catalog.put(CatalogProperties.WAREHOUSE_LOCATION, texts.warehouse());
        if (texts.kind().equals(CatalogUtil.ICEBERG_CATALOG_TYPE_JDBC)) {
            put("jdbc.user", texts.user(), catalog);
            put("jdbc.password", secret(PASSWORD_VARIABLE, environment), catalog);
            catalog.putAll(JDBC);
        } else {
            put("credential", secret(CREDENTIAL_VARIABLE, environment), catalog);
        }
        return catalog;
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
