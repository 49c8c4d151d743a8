package io.tallyflow.schemas.meter;

import io.tallyflow.schemas.meter.JsonPath.Index;
import io.tallyflow.schemas.meter.JsonPath.Name;
import io.tallyflow.schemas.meter.JsonPath.Step;
import java.util.ArrayList;
import java.util.List;

/** Reads one JSONPath from left to right, following RFC 9535 as far as it names single values. */
final class JsonPathParser {

    /** Data has at most 32 levels, the object itself being the first. */
    private static final int MAX_STEPS = 32;

    private static final int MAX_INDEX_DIGITS = 9;

    private final String text;
    private int at;

    JsonPathParser(String text) {
        this.text = text;
    }

    List<Step> steps() {
        if (!text.startsWith("$")) {
            throw refused("does not start with $");
        }
        at = 1;
        List<Step> steps = new ArrayList<>();
        while (at < text.length()) {
            steps.add(step());
        }
        if (steps.size() > MAX_STEPS) {
            throw refused("has more than " + MAX_STEPS + " steps, deeper than data can be");
        }
        return List.copyOf(steps);
    }

    private Step step() {
        char c = text.charAt(at++);
        if (c == '.') {
            return new Name(plainName());
        }
        if (c == '[') {
            return bracket();
        }
        throw unexpected(at - 1, "where . or [ should be; other names need quotes, as in $['a b']");
    }

    /** The name after a point. */
    private String plainName() {
        char c = peek();
        if (c == '.') {
            throw refused("uses recursive descent (..)");
        }
        if (c == '*') {
            throw refused("uses a wildcard (*)");
        }
        if (c == '[') {
            throw refused("has a point before [");
        }
        int start = at;
        while (at < text.length() && isPlain(text.charAt(at))) {
            at++;
        }
        if (peek() == '(') {
            throw refused("uses a function or script");
        }
        if (at == start) {
            throw at == text.length()
                    ? refused("ends where a name should be")
                    : unexpected(at, "in a name; such a name needs quotes, as in $['a b']");
        }
        return storable(text.substring(start, at));
    }

    private Step bracket() {
        skipBlanks();
        char c = peek();
        Step step =
                switch (c) {
                    case '\'', '"' -> new Name(quotedName());
                    case '*' -> throw refused("uses a wildcard ([*])");
                    case '?' -> throw refused("uses a filter ([?...])");
                    case '(' -> throw refused("uses a script ([(...)])");
                    case ':' -> throw refused("uses a slice ([:])");
                    case '-' -> throw refused("uses a negative index");
                    case ']' -> throw refused("has nothing between [ and ]");
                    default -> new Index(index());
                };
        skipBlanks();
        close();
        return step;
    }

    private void close() {
        char c = peek();
        if (c == ',') {
            throw refused("uses a union ([a,b])");
        }
        if (c == ':') {
            throw refused("uses a slice ([a:b])");
        }
        if (at == text.length()) {
            throw refused("ends where ] should be");
        }
        if (c != ']') {
            throw unexpected(at, "where ] should be");
        }
        at++;
    }

    private int index() {
        int start = at;
        while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
            at++;
        }
        if (at == start) {
            throw at == text.length()
                    ? refused("ends where a name or an index should be")
                    : unexpected(at, "between [ and ]; a name there needs quotes");
        }
        if (at - start > 1 && text.charAt(start) == '0') {
            throw refused("has an index that starts with 0");
        }
        if (at - start > MAX_INDEX_DIGITS) {
            throw refused("has an index of more than " + MAX_INDEX_DIGITS + " digits");
        }
        return Integer.parseInt(text, start, at, 10);
    }

    private String quotedName() {
        char quote = text.charAt(at++);
        StringBuilder name = new StringBuilder();
        while (at < text.length() && text.charAt(at) != quote) {
            char c = text.charAt(at++);
            name.append(c == '\\' ? escaped() : c);
        }
        if (at == text.length()) {
            throw refused("has a quoted name without its closing " + quote);
        }
        at++;
        return storable(name.toString());
    }

    private char escaped() {
        char c = peek();
        at++;
        return switch (c) {
            case '\'', '"', '\\', '/' -> c;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> unicode();
            default -> throw refused("has an unknown escape after \\ in a quoted name");
        };
    }

    private char unicode() {
        int code = 0;
        for (int i = 0; i < 4; i++) {
            char c = peek();
            int digit = c < 0x80 ? Character.digit(c, 16) : -1;
            if (digit < 0) {
                throw refused("has a \\u without four hex digits");
            }
            code = code * 16 + digit;
            at++;
        }
        return (char) code;
    }

    /** No string of an accepted event holds these, so that such a path could never match. */
    private String storable(String name) {
        if (!MeterText.isStorable(name)) {
            throw refused("has U+0000 or a lone surrogate in a name");
        }
        return name;
    }

    private void skipBlanks() {
        while (peek() == ' ') {
            at++;
        }
    }

    /** The next character; U+0000, which stands for nothing in a path, at the end. */
    private char peek() {
        return at < text.length() ? text.charAt(at) : '\0';
    }

    private static boolean isPlain(char c) {
        return MeterText.isWordChar(c) || c == '-' || c >= 0xa0;
    }

    private InvalidJsonPathException unexpected(int index, String where) {
        String found = Character.toString(text.codePointAt(index));
        return refused("has " + MeterText.quoted(found) + " " + where);
    }

    private static InvalidJsonPathException refused(String problem) {
        return new InvalidJsonPathException(problem);
    }
}
