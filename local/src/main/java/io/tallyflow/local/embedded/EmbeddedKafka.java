package io.tallyflow.local.embedded;

import io.tallyflow.connectors.kafka.KafkaConnection;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.utils.Exit;
import org.apache.kafka.common.utils.Time;
import org.slf4j.LoggerFactory;

/**
 * One Kafka node, broker and controller at once, inside this process, on the loopback address.
 * Starting again on the same directory goes on with the same cluster and the same records, also
 * after the process was killed.
 */
public final class EmbeddedKafka implements AutoCloseable {

    /** A topic takes records up to this size, batch overhead included, so that none is lost. */
    static final int MAX_MESSAGE_BYTES = 16 * 1024 * 1024;

    private static final int NODE = 1;

    /** A disk with less is as good as full. */
    private static final long LEAST_BYTES = 16 << 20;

    private final KafkaRaftServer server;
    private final String clusterId;
    private final int port;
    private boolean closed;

    private EmbeddedKafka(KafkaRaftServer server, String clusterId, int port) {
        this.server = server;
        this.clusterId = clusterId;
        this.port = port;
    }

    /** Starts the node; if it ends this process, the log says why. */
    public static EmbeddedKafka start(Path directory, int port) {
        return start(directory, port, LoggerFactory.getLogger(EmbeddedKafka.class)::error);
    }

    /**
     * Starts the node, creates the topics of {@link Topics} and waits until each has a leader.
     *
     * @param directory where the log lives; made if absent
     * @param port to listen on; 0 takes a free one
     * @param lastWords hears in one line why Kafka is about to end this process, which it does
     *     where it cannot write any more
     * @throws ServerFailure if it cannot start
     */
    public static EmbeddedKafka start(Path directory, int port, Consumer<String> lastWords) {
        List<Integer> free = Ports.free(2);
        int brokerPort = port == 0 ? free.get(0) : port;
        String clusterId = KafkaStorage.format(directory, NODE);
        KafkaConfig config =
                KafkaConfig.fromProps(
                        KafkaProperties.of(
                                properties(directory, brokerPort, free.get(1)), MAX_MESSAGE_BYTES));
        Exit.setHaltProcedure((code, message) -> halt(directory, code, lastWords));
        KafkaRaftServer server = new KafkaRaftServer(config, Time.SYSTEM);
        EmbeddedKafka kafka = new EmbeddedKafka(server, clusterId, brokerPort);
        try {
            server.startup();
            Topics.ensure(KafkaConnection.plain(kafka.bootstrapServers()), Map.of(), (short) 1);
            return kafka;
        } catch (RuntimeException e) {
            kafka.close();
            throw new ServerFailure(
                    "Kafka could not start on port " + brokerPort + ": " + e.getMessage(), e);
        }
    }

    private static void halt(Path directory, int code, Consumer<String> lastWords) {
        String what =
                directory.toFile().getUsableSpace() < LEAST_BYTES
                        ? "no space is left in " + directory + ": free some, and start again"
                        : "Kafka cannot write to " + directory + " any more: see the log for why";
        lastWords.accept(what + "; nothing that was acknowledged is lost");
        Runtime.getRuntime().halt(code);
    }

    /** {@code host:port} for clients. */
    public String bootstrapServers() {
        return Ports.LOOPBACK + ":" + port;
    }

    /** The port that clients connect to. */
    public int port() {
        return port;
    }

    /** Stable over restarts on the same directory. */
    public String clusterId() {
        return clusterId;
    }

    /** Stops the node and waits until its files are closed. */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            server.shutdown();
            server.awaitShutdown();
        }
    }

    private static Map<String, String> properties(Path directory, int port, int controllerPort) {
        String controller = Ports.LOOPBACK + ":" + controllerPort;
        Map<String, String> properties = new HashMap<>();
        properties.put("process.roles", "broker,controller");
        properties.put("node.id", Integer.toString(NODE));
        properties.put("controller.quorum.voters", NODE + "@" + controller);
        properties.put("controller.listener.names", "CONTROLLER");
        properties.put(
                "listeners",
                "PLAINTEXT://" + Ports.LOOPBACK + ":" + port + ",CONTROLLER://" + controller);
        properties.put("advertised.listeners", "PLAINTEXT://" + Ports.LOOPBACK + ":" + port);
        properties.put(
                "listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
        properties.put("log.dirs", directory.toAbsolutePath().toString());
        return properties;
    }
}
