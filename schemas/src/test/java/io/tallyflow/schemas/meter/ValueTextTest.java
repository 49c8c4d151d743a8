package io.tallyflow.schemas.meter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ValueTextTest {

    @ParameterizedTest
    @CsvSource({"1e2, 100", "100.0, 100", "-0, 0", "007e0, 7", "1E-3, 0.001"})
    void writesNumbersAsPlainDecimals(String written, String expected) {
        assertThat(ValueText.ofNumber(written)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "007", "1e2", " a ", "true", "O'Brien\"; --", "\u00e9\ud83d\ude80"})
    void keepsStringsAsTheyAre(String text) {
        assertThat(ValueText.ofString(text)).isEqualTo(text);
    }

    @Test
    void keepsTextOfTwoHundredAndFiftySixBytesAndHashesOneMore() throws Exception {
        for (String unit : new String[] {"a", "é", "€", "🚀"}) {
            int bytes = unit.getBytes(StandardCharsets.UTF_8).length;
            String fits = unit.repeat(256 / bytes) + "a".repeat(256 % bytes);
            String tooLong = fits + "a";
            assertThat(ValueText.ofString(fits)).isEqualTo(fits);
            assertThat(ValueText.ofString(tooLong)).isEqualTo(hash(tooLong));
        }
    }

    @Test
    void hashesALongStringOfAnySize() throws Exception {
        String text = "€'\"\\".repeat(20 * 1024);
        assertThat(ValueText.ofString(text)).isEqualTo(hash(text)).hasSize(7 + 64);
    }

    @Test
    void hashesThePlainTextOfANumberThatIsLong() throws Exception {
        assertThat(ValueText.ofNumber("1e255")).isEqualTo("1" + "0".repeat(255));
        assertThat(ValueText.ofNumber("1e256")).isEqualTo(hash("1" + "0".repeat(256)));
        assertThat(ValueText.ofNumber("10e4094")).isEqualTo(hash("1" + "0".repeat(4095)));
        assertThat(ValueText.ofNumber("-1e-300")).isEqualTo(hash("-0." + "0".repeat(299) + "1"));
    }

    @Test
    void hashesTheScientificTextOfANumberThatIsAbsurd() throws Exception {
        assertThat(ValueText.ofNumber("1e4096")).isEqualTo(hash("1e4096"));
        assertThat(ValueText.ofNumber("1.50e999999999")).isEqualTo(hash("15e999999998"));
        assertThat(ValueText.ofNumber("0.15e1000000000")).isEqualTo(hash("15e999999998"));
        assertThat(ValueText.ofNumber("1e-999999999")).isEqualTo(hash("1e-999999999"));
    }

    @Test
    void neverPaysForAnExponent() {
        assertTimeoutPreemptively(
                Duration.ofSeconds(5),
                () -> {
                    for (int i = 0; i < 20_000; i++) {
                        ValueText.ofNumber("1e999999999");
                    }
                });
    }

    @Test
    void refusesWhatIsNoNumber() {
        assertThatThrownBy(() -> ValueText.ofNumber("NaN"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static String hash(String text) throws Exception {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
        return "sha256:" + HexFormat.of().formatHex(digest);
    }
}
