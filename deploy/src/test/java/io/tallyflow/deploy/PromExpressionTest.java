package io.tallyflow.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PromExpressionTest {

    @Test
    void findsMetricsAndLabels() {
        PromExpression read =
                PromExpression.of(
                        "max by (job, pod) (rate(a_b[5m])) / sum(c{quantile=\"0.9\"}) > 0.5"
                                + " and absent(d) or e * 3600 - 1 == 0");
        assertThat(read.metrics()).containsExactly("a_b", "c", "d", "e");
        assertThat(read.labels()).containsExactly("job", "pod", "quantile");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "sum(a",
                "sum(a))",
                "rate(a)",
                "rate(a[5])",
                "a[5m]",
                "a > ",
                "and a",
                "a b",
                "median(a)",
                "a{b}",
                "a{b=\"c}",
                "sum by job (a)",
                "a % 2"
            })
    void refusesWhatIsNotPromQlOrNotUsedHere(String text) {
        assertThatThrownBy(() -> PromExpression.of(text))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
