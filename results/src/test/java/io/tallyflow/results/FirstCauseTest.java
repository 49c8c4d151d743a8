package io.tallyflow.results;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.connectors.refusal.StartRefusal;
import java.io.IOException;
import org.junit.jupiter.api.Test;

final class FirstCauseTest {

    @Test
    void isTheFirstCause() {
        assertThat(
                        FirstCause.of(
                                new IllegalStateException("outer", new IOException("first\nmore"))))
                .isEqualTo("first");
    }

    @Test
    void isTheClassWhereThereIsNoMessage() {
        assertThat(FirstCause.of(new IOException())).isEqualTo("java.io.IOException");
    }

    @Test
    void isTheWholeRefusalWhateverItCameFrom() {
        String refusal = StartRefusal.TOPIC_MISSING.saying("one\ntwo");
        assertThat(
                        FirstCause.of(
                                new IllegalStateException(
                                        "outer",
                                        new IOException(refusal, new IOException("inner")))))
                .isEqualTo(refusal);
    }
}
