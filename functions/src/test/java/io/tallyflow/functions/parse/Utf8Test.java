package io.tallyflow.functions.parse;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.functions.json.Utf8;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

final class Utf8Test {

    /** One byte on either side of every border in table 3-7 of the Unicode Standard. */
    private static final int[] BORDERS = {
        0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1,
        0xEC, 0xED, 0xEE, 0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xFF
    };

    @Test
    void agreesWithTheDecoderOfThePlatformOnEverySequenceOfBorders() {
        byte[] bytes = new byte[4];
        for (int a : BORDERS) {
            for (int b : BORDERS) {
                for (int c : BORDERS) {
                    for (int d : BORDERS) {
                        bytes[0] = (byte) a;
                        bytes[1] = (byte) b;
                        bytes[2] = (byte) c;
                        bytes[3] = (byte) d;
                        assertSameAsPlatform(bytes);
                    }
                }
            }
        }
    }

    @Test
    void findsABadByteAtAnyDistanceFromTheStart() {
        for (int length = 1; length < 40; length++) {
            for (int at = 0; at < length; at++) {
                byte[] bytes = new byte[length];
                Arrays.fill(bytes, (byte) 'x');
                bytes[at] = (byte) 0xFE;
                assertThat(Utf8.firstInvalid(bytes)).isEqualTo(at);
            }
        }
    }

    @Test
    void acceptsEveryCodePoint() {
        StringBuilder all = new StringBuilder();
        for (int c = 0; c <= Character.MAX_CODE_POINT; c++) {
            if (c < Character.MIN_SURROGATE || c > Character.MAX_SURROGATE) {
                all.appendCodePoint(c);
            }
        }
        assertThat(Utf8.firstInvalid(all.toString().getBytes(UTF_8))).isEqualTo(-1);
    }

    private static void assertSameAsPlatform(byte[] bytes) {
        if (Utf8.firstInvalid(bytes) == -1 != isUtf8(bytes)) {
            throw new AssertionError("Differs from the platform: " + Arrays.toString(bytes));
        }
    }

    static boolean isUtf8(byte[] bytes) {
        try {
            UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }
}
