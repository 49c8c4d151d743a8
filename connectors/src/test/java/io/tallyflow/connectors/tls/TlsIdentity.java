package io.tallyflow.connectors.tls;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.util.Base64;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * A key with a certificate that signs itself, made by Java's own {@code keytool} for one test: as
 * files of every form that servers and clients take. The certificate is for {@code localhost} and
 * 127.0.0.1.
 */
public final class TlsIdentity {

    private static final String ALIAS = "it";
    private static final Base64.Encoder LINES = Base64.getMimeEncoder(64, new byte[] {'\n'});

    private final Path directory;
    private final String name;
    private final String password;

    /**
     * Makes it.
     *
     * @param name of the files, and common name of the certificate
     * @param password of the stores
     */
    public TlsIdentity(Path directory, String name, String password)
            throws IOException, InterruptedException, GeneralSecurityException {
        this.directory = Files.createDirectories(directory);
        this.name = name;
        this.password = password;
        generate();
        KeyStore keys = KeyStore.getInstance(keyStore().toFile(), password.toCharArray());
        Certificate certificate = keys.getCertificate(ALIAS);
        pem(certificate(), "CERTIFICATE", certificate.getEncoded());
        byte[] key = keys.getKey(ALIAS, password.toCharArray()).getEncoded();
        pem(key(), "PRIVATE KEY", key);
        Files.write(binaryKey(), key);
        for (Path secret : new Path[] {key(), binaryKey(), keyStore()}) {
            Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
        }
        KeyStore trust = KeyStore.getInstance("PKCS12");
        trust.load(null, null);
        trust.setCertificateEntry(name, certificate);
        try (OutputStream out = Files.newOutputStream(trustStore())) {
            trust.store(out, password.toCharArray());
        }
    }

    private void generate() throws IOException, InterruptedException {
        ProcessBuilder builder =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "keytool")
                                        .toString(),
                                "-genkeypair",
                                "-alias",
                                ALIAS,
                                "-keyalg",
                                "RSA",
                                "-dname",
                                "CN=" + name,
                                "-ext",
                                "san=dns:localhost,ip:127.0.0.1",
                                "-validity",
                                "2",
                                "-storetype",
                                "PKCS12",
                                "-keystore",
                                keyStore().toString(),
                                "-storepass:env",
                                "STORE_PASSWORD")
                        .redirectErrorStream(true);
        builder.environment().put("STORE_PASSWORD", password);
        Process keytool = builder.start();
        String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (keytool.waitFor() != 0) {
            throw new IOException(said);
        }
    }

    private static void pem(Path file, String what, byte[] content) throws IOException {
        Files.writeString(
                file,
                "-----BEGIN %s-----%n%s%n-----END %s-----%n"
                        .formatted(what, LINES.encodeToString(content), what));
    }

    /** PKCS12 with key and certificate. */
    public Path keyStore() {
        return directory.resolve(name + ".p12");
    }

    /** PKCS12 with the certificate: whoever has it trusts this identity, and no other. */
    public Path trustStore() {
        return directory.resolve(name + "-trust.p12");
    }

    /** PEM. */
    public Path certificate() {
        return directory.resolve(name + ".crt");
    }

    /** PEM, not encrypted. */
    public Path key() {
        return directory.resolve(name + ".key");
    }

    /** The key as the Postgres driver takes it: PKCS 8, binary, not encrypted. */
    public Path binaryKey() {
        return directory.resolve(name + ".pk8");
    }

    /** Of both stores. */
    public String password() {
        return password;
    }

    /** For a server or a client in this process that trusts one other identity. */
    public SSLContext context(TlsIdentity trusted) throws IOException, GeneralSecurityException {
        KeyManagerFactory keys =
                KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(
                KeyStore.getInstance(keyStore().toFile(), password.toCharArray()),
                password.toCharArray());
        TrustManagerFactory trust =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(
                KeyStore.getInstance(
                        trusted.trustStore().toFile(), trusted.password.toCharArray()));
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), new SecureRandom());
        return context;
    }
}
