package io.tallyflow.functions.parse;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A media type with its parameters, as RFC 9110, section 8.3.1 writes it.
 *
 * @param name type and subtype in lower case, as {@code application/json}
 * @param utf8 whether its {@code charset} is UTF-8 or not given
 */
record MediaType(String name, boolean utf8) {

    private static final String CLOUD_EVENTS = "application/cloudevents";
    private static final String SUFFIX = "+json";

    /** The media type; null if the text is not one. */
    static @Nullable MediaType of(String text) {
        return new Reader(text).read();
    }

    /**
     * Whether a content type announces structured mode: it begins with the CloudEvents media type,
     * whether or not the event format after it is one we know, or is well formed.
     */
    static boolean announcesStructuredMode(String contentType) {
        String text = contentType.strip();
        return text.regionMatches(true, 0, CLOUD_EVENTS, 0, CLOUD_EVENTS.length());
    }

    /** One event in the JSON event format. */
    boolean isCloudEventJson() {
        return name.equals(CLOUD_EVENTS + SUFFIX) && utf8;
    }

    /** {@code application/json}, {@code text/json}, or any type with the suffix {@code +json}. */
    boolean isJson() {
        return name.equals("application/json") || name.equals("text/json") || hasJsonSuffix();
    }

    private boolean hasJsonSuffix() {
        return name.endsWith(SUFFIX) && name.charAt(name.length() - SUFFIX.length() - 1) != '/';
    }

    /** Reads from left to right; a part that is missing is null. */
    private static final class Reader {

        private final String text;
        private int at;

        Reader(String text) {
            this.text = text;
        }

        @Nullable MediaType read() {
            skipSpace();
            String type = token();
            if (type == null || !skip('/')) {
                return null;
            }
            String subtype = token();
            if (subtype == null) {
                return null;
            }
            boolean utf8 = true;
            while (true) {
                skipSpace();
                if (at == text.length()) {
                    return new MediaType((type + '/' + subtype).toLowerCase(Locale.ROOT), utf8);
                }
                if (!skip(';')) {
                    return null;
                }
                skipSpace();
                if (at == text.length() || text.charAt(at) == ';') {
                    continue; // RFC 9110 allows a parameter to be empty
                }
                String parameter = token();
                String value = parameter == null || !skip('=') ? null : value();
                if (parameter == null || value == null) {
                    return null;
                }
                utf8 &= !parameter.equalsIgnoreCase("charset") || value.equalsIgnoreCase("utf-8");
            }
        }

        private @Nullable String value() {
            return at < text.length() && text.charAt(at) == '"' ? quoted() : token();
        }

        private @Nullable String quoted() {
            StringBuilder value = new StringBuilder();
            for (at++; at < text.length(); at++) {
                char c = text.charAt(at);
                if (c == '"') {
                    at++;
                    return value.toString();
                }
                if (c == '\\' && at + 1 < text.length()) {
                    c = text.charAt(++at);
                }
                if (c != '\t' && (c < ' ' || c == 0x7F)) {
                    return null;
                }
                value.append(c);
            }
            return null;
        }

        private @Nullable String token() {
            int start = at;
            while (at < text.length() && isTokenCharacter(text.charAt(at))) {
                at++;
            }
            return at == start ? null : text.substring(start, at);
        }

        private static boolean isTokenCharacter(char c) {
            return c >= 'a' && c <= 'z'
                    || c >= 'A' && c <= 'Z'
                    || c >= '0' && c <= '9'
                    || "!#$%&'*+-.^_`|~".indexOf(c) >= 0;
        }

        private boolean skip(char c) {
            if (at < text.length() && text.charAt(at) == c) {
                at++;
                return true;
            }
            return false;
        }

        private void skipSpace() {
            while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\t')) {
                at++;
            }
        }
    }
}
