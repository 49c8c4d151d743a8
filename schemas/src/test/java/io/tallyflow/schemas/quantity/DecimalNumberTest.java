package io.tallyflow.schemas.quantity;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.Objects;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.BigRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Scale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DecimalNumberTest {

    @ParameterizedTest
    @CsvSource({
        "1e2, 100",
        "100.0, 100",
        "100, 100",
        "-0, 0",
        "0.000e-9, 0",
        "7, 7",
        "-7.50, -7.5",
        "1.5e-3, 0.0015",
        "12.34e1, 123.4",
        "12.34e2, 1234",
        "12.34e-2, 0.1234",
        "12.34e-1, 1.234",
        "0.0000000000000000000000001, 0.0000000000000000000000001",
        "-1e30, -1000000000000000000000000000000",
    })
    void writesPlainTextWithoutExponentOrNeedlessZeros(String written, String expected) {
        DecimalNumber number = parsed(written);
        assertThat(number.plainText()).isEqualTo(expected);
        assertThat(number.plainLength()).isEqualTo(expected.length());
    }

    @ParameterizedTest
    @CsvSource({
        "1.50e7, 15e6",
        "15000000, 15e6",
        "-0.00e9, 0e0",
        "-1e999999999, -1e999999999",
        "10e99999999999999999999999999, 1e100000000000000000000000000",
        "0.01e-99999999999999999999999999, 1e-100000000000000000000000001",
    })
    void writesScientificTextExactlyForEveryExponent(String written, String expected) {
        assertThat(parsed(written).scientificText()).isEqualTo(expected);
    }

    @Test
    void knowsTheLengthOfPlainTextWithoutMakingIt() {
        assertThat(parsed("1e999999999").plainLength()).isEqualTo(1_000_000_000L);
        assertThat(parsed("-1e-999999999").plainLength()).isEqualTo(1_000_000_002L);
        assertThat(parsed("1e99999999999999999999").plainLength())
                .isGreaterThan(1_000_000_000_000L);
    }

    @Property(seed = "5003")
    void writesThePlainTextThatBigDecimalWrites(
            @ForAll @BigRange(min = "-1e12", max = "1e12") @Scale(12) BigDecimal value,
            @ForAll @IntRange(min = -20, max = 20) int exponent) {
        BigDecimal moved = Quantity.canonical(value.scaleByPowerOfTen(exponent));
        String written = value.toPlainString() + "e" + exponent;
        assertThat(parsed(written).plainText()).isEqualTo(moved.toPlainString());
    }

    private static DecimalNumber parsed(String text) {
        return Objects.requireNonNull(DecimalNumber.parse(text));
    }
}
