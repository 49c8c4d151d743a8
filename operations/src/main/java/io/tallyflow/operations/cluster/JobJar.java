package io.tallyflow.operations.cluster;

import io.tallyflow.results.RequestInput;
import io.tallyflow.results.RequestText;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The jar that a cluster runs.
 *
 * @param name by which the cluster knows it: equal exactly if the bytes are
 */
public record JobJar(Path file, String name) {

    private static final int HASH_BYTES = 8;

    /**
     * The jar in a file.
     *
     * @throws ClusterFailure if it cannot be read
     */
    public static JobJar of(Path file) {
        try (DigestInputStream in =
                new DigestInputStream(
                        Files.newInputStream(file), MessageDigest.getInstance("SHA-256"))) {
            in.transferTo(OutputStream.nullOutputStream());
            String hash = HexFormat.of().formatHex(in.getMessageDigest().digest(), 0, HASH_BYTES);
            return new JobJar(file, "tallyflow-job-" + hash + ".jar");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        } catch (IOException e) {
            throw new ClusterFailure(
                    RequestText.of(
                            "the job jar ",
                            file,
                            " cannot be read: build it with mvn -pl jobs -am -DskipTests package,"
                                    + " or name it with ",
                            RequestInput.JAR),
                    e);
        }
    }
}
