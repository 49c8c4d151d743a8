package io.tallyflow.integration.secure;

import io.tallyflow.connectors.tls.TlsIdentity;
import io.tallyflow.local.embedded.Ports;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;

/**
 * A broker as production has it: clients come by TLS with a certificate of their own, and log in
 * with SCRAM-SHA-512. Topics are not made.
 */
final class SecureKafka implements AutoCloseable {

    static final String USER = "metering";

    private final KafkaRaftServer server;
    private final int port;
    private final TlsIdentity identity;

    /**
     * Starts it.
     *
     * @param identity of the broker
     * @param client the one that may connect
     * @param password of {@link #USER}
     */
    SecureKafka(Path directory, TlsIdentity identity, TlsIdentity client, String password)
            throws Exception {
        this.identity = identity;
        List<Integer> ports = Ports.free(3);
        this.port = ports.get(0);
        Files.createDirectories(directory);
        new Formatter()
                .setPrintStream(
                        new PrintStream(
                                OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
                .setClusterId(Uuid.randomUuid().toString())
                .setNodeId(1)
                .setControllerListenerName("CONTROLLER")
                .setMetadataLogDirectory(directory.toString())
                .addDirectory(directory.toString())
                .setHasDynamicQuorum(false)
                .setScramArguments(
                        List.of("SCRAM-SHA-512=[name=" + USER + ",password=" + password + "]"))
                .run();
        server = new KafkaRaftServer(config(directory, ports, client), Time.SYSTEM);
        server.startup();
    }

    private KafkaConfig config(Path directory, List<Integer> ports, TlsIdentity client) {
        Properties all = new Properties();
        all.setProperty("process.roles", "broker,controller");
        all.setProperty("node.id", "1");
        all.setProperty("controller.quorum.voters", "1@127.0.0.1:" + ports.get(1));
        all.setProperty("controller.listener.names", "CONTROLLER");
        all.setProperty("inter.broker.listener.name", "INTERNAL");
        all.setProperty(
                "listeners",
                "CLIENTS://127.0.0.1:%d,CONTROLLER://127.0.0.1:%d,INTERNAL://127.0.0.1:%d"
                        .formatted(ports.toArray()));
        all.setProperty(
                "advertised.listeners",
                "CLIENTS://127.0.0.1:%d,INTERNAL://127.0.0.1:%d"
                        .formatted(ports.get(0), ports.get(2)));
        all.setProperty(
                "listener.security.protocol.map",
                "CLIENTS:SASL_SSL,CONTROLLER:PLAINTEXT,INTERNAL:PLAINTEXT");
        all.setProperty("sasl.enabled.mechanisms", "SCRAM-SHA-512");
        all.setProperty(
                "listener.name.clients.scram-sha-512.sasl.jaas.config",
                "org.apache.kafka.common.security.scram.ScramLoginModule required;");
        all.setProperty("ssl.client.auth", "required");
        all.setProperty("ssl.keystore.type", "PKCS12");
        all.setProperty("ssl.keystore.location", identity.keyStore().toString());
        all.setProperty("ssl.keystore.password", identity.password());
        all.setProperty("ssl.key.password", identity.password());
        all.setProperty("ssl.truststore.type", "PKCS12");
        all.setProperty("ssl.truststore.location", client.trustStore().toString());
        all.setProperty("ssl.truststore.password", client.password());
        all.setProperty("log.dirs", directory.toString());
        all.setProperty("auto.create.topics.enable", "false");
        all.setProperty("offsets.topic.replication.factor", "1");
        all.setProperty("offsets.topic.num.partitions", "1");
        all.setProperty("transaction.state.log.replication.factor", "1");
        all.setProperty("transaction.state.log.min.isr", "1");
        all.setProperty("group.initial.rebalance.delay.ms", "0");
        all.setProperty("log.cleaner.dedupe.buffer.size", "4194304");
        return KafkaConfig.fromProps(all);
    }

    String bootstrap() {
        return "127.0.0.1:" + port;
    }

    /** What a client's file has to hold. */
    Properties clientProperties(TlsIdentity client, TlsIdentity trusted, String password) {
        Properties all = new Properties();
        all.setProperty("security.protocol", "SASL_SSL");
        all.setProperty("sasl.mechanism", "SCRAM-SHA-512");
        all.setProperty(
                "sasl.jaas.config",
                "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"%s\""
                                .formatted(USER)
                        + " password=\"%s\";".formatted(password));
        all.setProperty("ssl.truststore.type", "PKCS12");
        all.setProperty("ssl.truststore.location", trusted.trustStore().toString());
        all.setProperty("ssl.truststore.password", trusted.password());
        all.setProperty("ssl.keystore.type", "PKCS12");
        all.setProperty("ssl.keystore.location", client.keyStore().toString());
        all.setProperty("ssl.keystore.password", client.password());
        all.setProperty("ssl.key.password", client.password());
        return all;
    }

    @Override
    public void close() {
        server.shutdown();
        server.awaitShutdown();
    }
}
