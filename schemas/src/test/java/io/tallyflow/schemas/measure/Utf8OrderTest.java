package io.tallyflow.schemas.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class Utf8OrderTest {

    @Test
    void putsSupplementaryCharactersAfterAllOthers() {
        assertThat("\ud83d\ude80".compareTo("\uff5e")).isNegative();
        assertThat(Utf8Order.compare("\ud83d\ude80", "\uff5e")).isPositive();
        assertThat(Utf8Order.compare("\ue000", "\ud800\udc00")).isNegative();
        assertThat(Utf8Order.compare("a", "ab")).isNegative();
        assertThat(Utf8Order.compare("é", "é")).isZero();
    }

    @Property(seed = "6001", tries = 5_000)
    void ordersAsTheBytesAre(@ForAll("texts") String left, @ForAll("texts") String right) {
        int expected =
                Arrays.compareUnsigned(
                        left.getBytes(StandardCharsets.UTF_8),
                        right.getBytes(StandardCharsets.UTF_8));
        assertThat(Integer.signum(Utf8Order.compare(left, right)))
                .isEqualTo(Integer.signum(expected));
    }

    @Provide
    Arbitrary<String> texts() {
        return Arbitraries.of(
                        "a",
                        "b",
                        "\u007f",
                        "é",
                        "\u07ff",
                        "\ud7ff",
                        "\ue000",
                        "\uffff",
                        "\ud800\udc00",
                        "\ud83d\ude80",
                        "\ud83d\ude81",
                        "\udbff\udfff")
                .list()
                .ofMaxSize(4)
                .map(parts -> String.join("", parts));
    }
}
