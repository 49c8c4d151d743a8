package io.tallyflow.benchmarks.measure;

import io.tallyflow.local.embedded.EmbeddedKafka;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A Kafka broker in a process of its own, so that its work is not counted as a program's. */
public final class BrokerProcess implements AutoCloseable {

    private static final List<String> OPTIONS = List.of("-Xmx1g", "-XX:+UseParallelGC");

    private final JavaProcess process;
    private final String bootstrap;

    private BrokerProcess(JavaProcess process, String bootstrap) {
        this.process = process;
        this.bootstrap = bootstrap;
    }

    /** The broker itself. Argument: its directory. Ends when its standard input does. */
    public static void main(String[] arguments) throws IOException {
        EmbeddedKafka kafka = EmbeddedKafka.start(Path.of(arguments[0]), 0);
        System.out.println(kafka.bootstrapServers());
        System.out.flush();
        while (System.in.read() >= 0) {}
        Runtime.getRuntime().halt(1);
    }

    /** Starts it, with the topics that Tallyflow needs, and returns when it serves. */
    public static BrokerProcess start(Path directory) throws IOException {
        JavaProcess process =
                JavaProcess.start(
                        BrokerProcess.class,
                        List.of(directory.resolve("data").toString()),
                        OPTIONS,
                        name -> true,
                        directory.resolve("broker.log"));
        String bootstrap = process.line();
        if (bootstrap == null) {
            throw new MeasureException("the broker did not start: " + process.lastWords());
        }
        return new BrokerProcess(process, bootstrap);
    }

    /** {@code host:port}. */
    public String bootstrap() {
        return bootstrap;
    }

    /** CPU time since its start, nanoseconds. */
    public long cpuNanos() {
        return process.cpuNanos();
    }

    @Override
    public void close() throws InterruptedException {
        process.close();
    }
}
