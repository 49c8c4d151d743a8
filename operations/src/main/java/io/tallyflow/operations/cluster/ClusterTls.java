package io.tallyflow.operations.cluster;

import java.io.File;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * How a cluster's REST interface is reached by TLS: whom this client trusts, and the certificate
 * that it shows. In a properties file, under the names that Flink has for them.
 */
public final class ClusterTls {

    private static final String TRUST = "security.ssl.rest.truststore";
    private static final String TRUST_PASSWORD = TRUST + "-password";
    private static final String KEYS = "security.ssl.rest.keystore";
    private static final String KEYS_PASSWORD = KEYS + "-password";
    private static final String KEY_PASSWORD = "security.ssl.rest.key-password";
    private static final List<String> KNOWN =
            List.of(TRUST, TRUST_PASSWORD, KEYS, KEYS_PASSWORD, KEY_PASSWORD);

    private ClusterTls() {}

    /**
     * Reads the file and the stores that it names.
     *
     * @throws IllegalArgumentException if that is not possible; the message holds no secret
     */
    public static SSLContext read(Path file) {
        Properties settings = load(file);
        Set<String> unknown = new TreeSet<>(settings.stringPropertyNames());
        KNOWN.forEach(unknown::remove);
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException(file + " holds " + unknown + "; known are " + KNOWN);
        }
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys(settings), trust(settings), new SecureRandom());
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException(file + " does not work: " + e.getMessage(), e);
        }
    }

    private static Properties load(Path file) {
        Properties settings = new Properties();
        try (Reader in = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            settings.load(in);
            return settings;
        } catch (IOException e) {
            throw new IllegalArgumentException(file + " cannot be read: " + e, e);
        } catch (IllegalArgumentException e) {
            // Its message may hold a part of a value.
            throw new IllegalArgumentException(
                    file + " is not a properties file: a \\u is damaged");
        }
    }

    /** Null, for none, if the file names none. */
    private static KeyManager @Nullable [] keys(Properties settings)
            throws GeneralSecurityException {
        KeyStore store = store(settings, KEYS, KEYS_PASSWORD);
        if (store == null) {
            return null;
        }
        KeyManagerFactory factory =
                KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        String storePassword = settings.getProperty(KEYS_PASSWORD, "");
        factory.init(store, settings.getProperty(KEY_PASSWORD, storePassword).toCharArray());
        return factory.getKeyManagers();
    }

    /** Null, for those that Java trusts, if the file names none. */
    private static TrustManager @Nullable [] trust(Properties settings)
            throws GeneralSecurityException {
        KeyStore store = store(settings, TRUST, TRUST_PASSWORD);
        if (store == null) {
            return null;
        }
        TrustManagerFactory factory =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return factory.getTrustManagers();
    }

    private static @Nullable KeyStore store(Properties settings, String name, String password)
            throws GeneralSecurityException {
        String path = settings.getProperty(name);
        if (path == null) {
            return null;
        }
        try {
            return KeyStore.getInstance(
                    new File(path), settings.getProperty(password, "").toCharArray());
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    name + " " + path + " cannot be opened (" + e.getMessage() + ")", e);
        }
    }
}
