package io.tallyflow.functions.json;

import java.nio.charset.StandardCharsets;

/** The text that a JSON string stands for. Given strings that {@link ExactReader} has accepted. */
public final class JsonText {

    private JsonText() {}

    /** Whether the string, without its quotes, differs from its text. */
    public static boolean hasEscape(byte[] json, int start, int end) {
        return nextEscape(json, start, end) < end;
    }

    /** Text of the string whose characters, without its quotes, lie in {@code [start, end)}. */
    public static String decode(byte[] json, int start, int end) {
        int escape = nextEscape(json, start, end);
        if (escape == end) {
            return utf8(json, start, end);
        }
        StringBuilder text = new StringBuilder(end - start);
        int at = start;
        while (escape < end) {
            text.append(utf8(json, at, escape));
            text.append(character(json, escape));
            at = escape + (json[escape + 1] == 'u' ? 6 : 2);
            escape = nextEscape(json, at, end);
        }
        return text.append(utf8(json, at, end)).toString();
    }

    /** The UTF-16 unit that four hexadecimal digits name; -1 if they are not that. */
    static int unit(byte[] json, int at) {
        if (at + 4 > json.length) {
            return -1;
        }
        int unit = 0;
        for (int i = at; i < at + 4; i++) {
            int digit = hexDigit(json[i]);
            if (digit < 0) {
                return -1;
            }
            unit = unit << 4 | digit;
        }
        return unit;
    }

    private static int hexDigit(byte b) {
        if (b >= '0' && b <= '9') {
            return b - '0';
        }
        int lower = b | 0x20;
        return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
    }

    private static char character(byte[] json, int escape) {
        byte letter = json[escape + 1];
        return switch (letter) {
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> (char) unit(json, escape + 2);
            default -> (char) letter;
        };
    }

    private static int nextEscape(byte[] json, int start, int end) {
        int at = start;
        while (at < end && json[at] != '\\') {
            at++;
        }
        return at;
    }

    private static String utf8(byte[] json, int start, int end) {
        return new String(json, start, end - start, StandardCharsets.UTF_8);
    }
}
