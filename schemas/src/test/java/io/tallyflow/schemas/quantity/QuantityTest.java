package io.tallyflow.schemas.quantity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.tallyflow.schemas.quantity.QuantityResult.Problem;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QuantityTest {

    private static final Pattern NUMBER =
            Pattern.compile("[+-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([eE][+-]?[0-9]+)?");

    private static final BigDecimal LIMIT = new BigDecimal("100000000000000000000");

    @ParameterizedTest
    @CsvSource({
        "100, 100",
        "1e2, 100",
        "1E+2, 100",
        "+100., 100",
        "00100.00, 100",
        "10000e-2, 100",
        ".5, 0.5",
        "-.5e1, -5",
        "0.4567890123456789, 0.4567890123456789",
        "9007199254740993, 9007199254740993",
        "9223372036854775808, 9223372036854775808",
        "12345678901234567.8901, 12345678901234567.8901",
        "0.10, 0.1",
        "0, 0",
        "-0, 0",
        "-0.00e5, 0",
        "0e999999999, 0",
        "1e0000000000000000000000000000000000000000002, 100",
    })
    void readsNumbersExactlyAndCanonically(String text, String expected) {
        assertThat(Quantity.read(text).value()).isEqualTo(new BigDecimal(expected));
    }

    @ParameterizedTest
    @CsvSource({
        "0.0000000000000000005, 0.000000000000000001",
        "-0.0000000000000000005, -0.000000000000000001",
        "0.00000000000000000049999, 0",
        "-0.00000000000000000049999, 0",
        "1.0000000000000000015, 1.000000000000000002",
        "1.00000000000000000149, 1.000000000000000001",
        "0.9999999999999999995, 1",
        "5e-19, 0.000000000000000001",
        "4e-19, 0",
        "9e-20, 0",
        "1e-999999999, 0",
        "-1e-99999999999999999999999999, 0",
    })
    void roundsToEighteenPlacesHalfAwayFromZero(String text, String expected) {
        assertThat(Quantity.read(text).value()).isEqualTo(new BigDecimal(expected));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "99999999999999999999",
                "-99999999999999999999",
                "99999999999999999999.999999999999999999",
                "99999999999999999999.9999999999999999994",
                "9.9999999999999999999e19",
                "0.00000000000000000000000000000000000001e57",
            })
    void acceptsTheGreatestQuantities(String text) {
        BigDecimal expected = new BigDecimal(text).setScale(18, RoundingMode.HALF_UP);
        assertThat(Quantity.read(text).value()).isEqualByComparingTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "100000000000000000000",
                "-100000000000000000000",
                "1e20",
                "99999999999999999999.9999999999999999995",
                "-99999999999999999999.9999999999999999995",
                "1e999999999",
                "-1e2147483648",
                "1e999999999999999999999999999999999999999999999999999",
                "0.0000000000000000000000000000000000000001e99999999",
            })
    void refusesQuantitiesOfTenToTheTwentyAndMore(String text) {
        assertThat(Quantity.read(text)).isEqualTo(new QuantityResult(null, Problem.NUMBER_RANGE));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "abc",
                "12abc",
                "NaN",
                "Inf",
                "Infinity",
                "-Infinity",
                "true",
                "null",
                "+",
                "-",
                ".",
                "e",
                "e5",
                ".e5",
                "1e",
                "1e+",
                "1e-",
                "1.2.3",
                "1e5.0",
                "1e5e5",
                "--1",
                "+-1",
                "1-",
                " 1",
                "1 ",
                "1\n",
                "1_000",
                "1,5",
                "0x10",
                "1f",
                "1d",
                "1L",
                "\u0661\u0662",
                "\uff11",
                "\u22121",
                "1\u0000",
                "1e\u0661",
            })
    void refusesWhatIsNotANumber(String text) {
        assertThat(Quantity.read(text)).isEqualTo(new QuantityResult(null, Problem.NUMBER_FORMAT));
    }

    @Test
    void refusesMoreThanSixtyFourCharactersWhateverTheyMean() {
        String longest = "0".repeat(63) + "7";
        assertThat(Quantity.read(longest).value()).isEqualTo(new BigDecimal("7"));
        assertThat(Quantity.read("0" + longest).problem()).isEqualTo(Problem.NUMBER_FORMAT);
    }

    @Test
    void neverPaysForAnExponent() {
        assertTimeoutPreemptively(
                Duration.ofSeconds(5),
                () -> {
                    for (int i = 0; i < 100_000; i++) {
                        Quantity.read("1e999999999");
                        Quantity.read("1e-999999999");
                        Quantity.read("9.99e2147483647");
                    }
                });
    }

    @Test
    void makesEqualQuantitiesEqualRecords() {
        BigDecimal hundred = new BigDecimal("100");
        for (String text : new String[] {"100", "100.000", "1e2", "0.1e3", "1000e-1", "+1.0e+2"}) {
            assertThat(Quantity.read(text)).isEqualTo(QuantityResult.of(hundred));
        }
        assertThat(Quantity.canonical(new BigDecimal("1e2"))).isEqualTo(hundred);
        assertThat(Quantity.canonical(new BigDecimal("100.00"))).isEqualTo(hundred);
        assertThat(Quantity.canonical(new BigDecimal("0.000"))).isEqualTo(BigDecimal.ZERO);
    }

    @Test
    void holdsAValueAgainstTheLimit() {
        assertThat(Quantity.inRange(LIMIT)).isFalse();
        assertThat(Quantity.inRange(LIMIT.negate())).isFalse();
        assertThat(Quantity.inRange(LIMIT.subtract(new BigDecimal("1e-18")))).isTrue();
        assertThat(Quantity.inRange(BigDecimal.ZERO)).isTrue();
    }

    @Property(seed = "5001", tries = 5_000)
    void agreesWithBigDecimalArithmetic(@ForAll("numbers") String text) {
        BigDecimal rounded = new BigDecimal(text).setScale(18, RoundingMode.HALF_UP);
        QuantityResult result = Quantity.read(text);
        if (rounded.abs().compareTo(LIMIT) >= 0) {
            assertThat(result.problem()).isEqualTo(Problem.NUMBER_RANGE);
        } else {
            BigDecimal value = Objects.requireNonNull(result.value());
            assertThat(value).isEqualByComparingTo(rounded);
            assertThat(value).isEqualTo(Quantity.canonical(value));
            assertThat(value.scale()).isNotNegative();
        }
    }

    @Property(seed = "5002", tries = 20_000)
    void acceptsExactlyTheGrammar(@ForAll("nearlyNumbers") String text) {
        boolean expected = text.length() <= 64 && NUMBER.matcher(text).matches();
        assertThat(Quantity.read(text).problem() != Problem.NUMBER_FORMAT).isEqualTo(expected);
    }

    @Property(seed = "5003", tries = 20_000)
    void readsBytesWhereTheyLieAsItReadsText(
            @ForAll("plainNumbers") String number, @ForAll("nearlyNumbers") String other) {
        for (String text : List.of(number, other, "é" + number, number + "é")) {
            byte[] bytes = ("1" + text + "1").getBytes(StandardCharsets.UTF_8);
            assertThat(Quantity.read(bytes, 1, bytes.length - 1)).isEqualTo(Quantity.read(text));
        }
    }

    @Provide
    Arbitrary<String> plainNumbers() {
        Arbitrary<String> sign = Arbitraries.of("", "-");
        Arbitrary<String> digits = Arbitraries.strings().withChars("0019").ofMaxLength(20);
        Arbitrary<String> point = Arbitraries.of("", ".");
        return Combinators.combine(sign, digits, point, digits)
                .as((s, whole, p, part) -> s + whole + p + part);
    }

    @Provide
    Arbitrary<String> numbers() {
        Arbitrary<String> sign = Arbitraries.of("", "-", "+");
        Arbitrary<String> digits = Arbitraries.strings().numeric().ofMinLength(1).ofMaxLength(24);
        Arbitrary<String> zeros = Arbitraries.of("", "0", "000");
        Arbitrary<Integer> exponent = Arbitraries.integers().between(-45, 45);
        return Combinators.combine(sign, zeros, digits, digits, zeros, exponent)
                .as((s, z, whole, part, end, e) -> s + z + whole + "." + part + end + "e" + e);
    }

    @Provide
    Arbitrary<String> nearlyNumbers() {
        return Arbitraries.strings().withChars("0123456789+-..eE ").ofMaxLength(9);
    }
}
