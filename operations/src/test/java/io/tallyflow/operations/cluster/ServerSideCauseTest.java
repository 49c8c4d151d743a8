package io.tallyflow.operations.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class ServerSideCauseTest {

    @Test
    void isTheMessageOfTheLastCauseWithoutClassesAndFrames() {
        assertThat(
                        ServerSideCause.of(
                                """
                                <Exception on server side:
                                org.apache.flink.util.FlinkRuntimeException: Could not execute application.
                                \tat org.apache.flink.client.Some.run(Some.java:1)
                                Caused by: java.util.concurrent.CompletionException: java.lang.IllegalArgumentException: inner
                                \tat java.base/java.lang.Thread.run(Thread.java:840)
                                \t... 2 more
                                Caused by: java.lang.IllegalArgumentException: Flink's settings break what Tallyflow promises:
                                  pipeline.object-reuse is false and must be true
                                \tat io.tallyflow.jobs.metering.FlinkSettings.check(FlinkSettings.java:1)

                                End of exception on server side>
                                """))
                .isEqualTo(
                        """
                        Flink's settings break what Tallyflow promises:
                          pipeline.object-reuse is false and must be true""");
    }

    @Test
    void goesThroughNestedClassNames() {
        assertThat(
                        ServerSideCause.of(
                                "java.util.concurrent.CompletionException:"
                                        + " io.tallyflow.Sink$RefusedException: LEDGER_IN_USE: start"
                                        + " from the newest: checkpoint"))
                .isEqualTo("LEDGER_IN_USE: start from the newest: checkpoint");
    }

    @Test
    void isTheRefusalWhateverItCameFrom() {
        assertThat(
                        ServerSideCause.of(
                                """
                                org.apache.flink.util.FlinkRuntimeException: Could not execute application.
                                \tat x.Y.z(Y.java:1)
                                Caused by: java.io.IOException: TOPIC_MISSING: Kafka has no topic x. See y.md
                                \tat x.Y.z(Y.java:1)
                                Caused by: org.apache.kafka.Unknown: This server does not host it.
                                \tat x.Y.z(Y.java:1)
                                """))
                .isEqualTo("TOPIC_MISSING: Kafka has no topic x. See y.md");
    }

    @Test
    void isTheClassWhereThereIsNoMessage() {
        assertThat(ServerSideCause.of("java.lang.NullPointerException\n\tat x.Y.z(Y.java:1)"))
                .isEqualTo("java.lang.NullPointerException");
    }

    @Test
    void isTheTextWhereThereIsNoTrace() {
        assertThat(ServerSideCause.of("Jar file x.jar does not exist"))
                .isEqualTo("Jar file x.jar does not exist");
    }
}
