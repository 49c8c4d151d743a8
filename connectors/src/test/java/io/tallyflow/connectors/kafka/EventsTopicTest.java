package io.tallyflow.connectors.kafka;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EventsTopicTest {

    /** Asks nobody: the client cannot even be made. */
    @Test
    void saysWhatIsWrongWithALoginWithoutWordsOutOfIt(@TempDir Path directory) throws Exception {
        Path file =
                Files.writeString(
                        directory.resolve("kafka.properties"),
                        """
                        security.protocol=SASL_PLAINTEXT
                        sasl.mechanism=PLAIN
                        sasl.jaas.config=canary
                        """);
        EventsTopic topic = new EventsTopic(KafkaConnection.read("127.0.0.1:1", file), "t");
        for (Call call : new Call[] {topic::partitions, topic::firstOffsets}) {
            assertThatThrownBy(call::run)
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith("Kafka at 127.0.0.1:1 cannot be asked with " + file)
                    .hasMessageContaining("sasl.jaas.config is not of the form")
                    .hasNoCause();
        }
    }

    private interface Call {
        Object run() throws Exception;
    }
}
