package io.tallyflow.results;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class RequestTextTest {

    private static final RequestText TEXT =
            RequestText.of("wait longer with ", RequestInput.TIMEOUT, ", for job ", 7);

    @Test
    void namesInputsAsItsReaderDoes() {
        assertThat(TEXT.naming(input -> "--" + input.key()))
                .isEqualTo("wait longer with --timeout, for job 7");
        assertThat(TEXT.after("late: ").naming(input -> "Field " + input.name()))
                .isEqualTo("late: wait longer with Field TIMEOUT, for job 7");
    }

    @Test
    void isPlainInTheMessagesOfExceptions() {
        String plain = "wait longer with \"timeout\", for job 7";
        assertThat(new RequestFailedException(TEXT)).hasMessage(plain);
        assertThat(new RequestRefusedException(TEXT)).hasMessage(plain);
        assertThat(new RequestFailedException("plain %s").text()).hasToString("plain %s");
    }
}
