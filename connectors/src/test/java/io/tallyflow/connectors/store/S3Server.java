package io.tallyflow.connectors.store;

import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;
import org.gaul.s3proxy.AuthenticationType;
import org.gaul.s3proxy.S3Proxy;
import org.jclouds.ContextBuilder;
import org.jclouds.blobstore.BlobStore;
import org.jclouds.blobstore.BlobStoreContext;
import org.jclouds.blobstore.TransientApiMetadata;
import org.jclouds.blobstore.domain.StorageMetadata;
import org.jclouds.blobstore.options.ListContainerOptions;

/**
 * An S3 server in this process, on a free port of the loopback address. It wants requests signed
 * with its keys, keeps objects in memory and forgets them when it is closed.
 *
 * <p>It does not know the uploads in signed parts with a checksum at the end that Amazon's client
 * makes over plain HTTP. While it runs, that client makes them in this process without one.
 */
public final class S3Server implements AutoCloseable {

    /** The only bucket. */
    public static final String BUCKET = "tallyflow";

    /** Of Amazon's client: when it adds checksums that S3 does not ask for. */
    public static final String CHECKSUMS = "aws.requestChecksumCalculation";

    /** Its value: never. */
    public static final String WHEN_REQUIRED = "when_required";

    private static final String KEY_ID = "key-of-the-test";

    private final String secret = UUID.randomUUID().toString();
    private final BlobStoreContext objects;
    private final S3Proxy server;

    /** Starts it, with an empty bucket. */
    public S3Server() throws Exception {
        objects =
                ContextBuilder.newBuilder(new TransientApiMetadata())
                        .credentials(KEY_ID, secret)
                        .overrides(new Properties())
                        .build(BlobStoreContext.class);
        store().createContainerInLocation(null, BUCKET);
        server =
                S3Proxy.builder()
                        .blobStore(store())
                        .ignoreUnknownHeaders(true)
                        .endpoint(URI.create("http://127.0.0.1:0"))
                        .awsAuthentication(AuthenticationType.AWS_V4, KEY_ID, secret)
                        .build();
        server.start();
        System.setProperty(CHECKSUMS, WHEN_REQUIRED);
    }

    private BlobStore store() {
        return objects.getBlobStore();
    }

    /** Its address, as clients take it. */
    public String endpoint() {
        return "http://127.0.0.1:" + server.getPort();
    }

    /** The public half of the keys. */
    public String keyId() {
        return KEY_ID;
    }

    /** The other half. */
    public String secret() {
        return secret;
    }

    /** What a properties file for Iceberg's client holds, keys included. */
    public Map<String, String> lakeProperties() {
        return Map.of(
                "s3.endpoint",
                endpoint(),
                "s3.path-style-access",
                "true",
                "client.region",
                "us-east-1",
                "s3.access-key-id",
                KEY_ID,
                "s3.secret-access-key",
                secret);
    }

    /** Names of all objects that begin with this, as the server itself sees them. */
    public List<String> objects(String prefix) {
        return store()
                .list(BUCKET, ListContainerOptions.Builder.recursive().prefix(prefix))
                .stream()
                .map(StorageMetadata::getName)
                .sorted()
                .toList();
    }

    /** Deletes them all. */
    public void delete(String prefix) {
        store().removeBlobs(BUCKET, objects(prefix));
    }

    @Override
    public void close() throws Exception {
        System.clearProperty(CHECKSUMS);
        server.stop();
        objects.close();
    }
}
