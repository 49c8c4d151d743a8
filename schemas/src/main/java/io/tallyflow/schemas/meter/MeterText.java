package io.tallyflow.schemas.meter;

import java.nio.charset.StandardCharsets;

/** Rules for text in definitions, and how text from a definition is shown to people. */
final class MeterText {

    private static final int MAX_SHOWN = 64;

    private MeterText() {}

    /** Whether every store can hold the text: neither U+0000 nor a lone surrogate in it. */
    static boolean isStorable(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == 0 || Character.isLowSurrogate(c)) {
                return false;
            }
            if (Character.isHighSurrogate(c)) {
                i++;
                if (i == text.length() || !Character.isLowSurrogate(text.charAt(i))) {
                    return false;
                }
            }
        }
        return true;
    }

    static boolean hasControls(String text) {
        return text.chars().anyMatch(Character::isISOControl);
    }

    static int utf8Length(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    /** A name as it is if it is plain, otherwise {@link #quoted}. */
    static String name(String name) {
        boolean plain =
                !name.isEmpty()
                        && name.length() <= MAX_SHOWN
                        && name.chars().allMatch(c -> isWordChar(c) || c == '-' || c == '.');
        return plain ? name : quoted(name);
    }

    /** A letter, digit or underscore of ASCII. */
    static boolean isWordChar(int c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || c == '_';
    }

    /** The text in quotes, on one line and of bounded length, whatever is in it. */
    static String quoted(String text) {
        StringBuilder out = new StringBuilder().append('"');
        int shown = 0;
        for (int at = 0; at < text.length() && shown < MAX_SHOWN; shown++) {
            int c = text.codePointAt(at);
            if (isVisible(c)) {
                out.appendCodePoint(c);
            } else {
                out.append(String.format("\\u%04x", c));
            }
            at += Character.charCount(c);
        }
        boolean cut = text.codePointCount(0, text.length()) > MAX_SHOWN;
        return out.append(cut ? "…\"" : "\"").toString();
    }

    private static boolean isVisible(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE ->
                    false;
            default -> true;
        };
    }
}
