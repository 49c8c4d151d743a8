package io.tallyflow.schemas.meter;

import io.tallyflow.schemas.event.VoidRequest;
import java.util.Arrays;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What the texts in a definition must look like, and how that is said to people. */
final class MeterRules {

    static final String SLUG = "^[a-z0-9]+(?:_[a-z0-9]+)*$, at most 64 characters";
    static final String EVENT_TYPE =
            "the CloudEvents type: 1 to 256 bytes of UTF-8, no control characters";
    static final String GROUP_NAME = "^[a-zA-Z_][0-9a-zA-Z_]*$, but not subject";
    static final String TEXT = "any text";

    private static final int MAX_SLUG = 64;
    private static final int MAX_TYPE_BYTES = 256;

    // Possessive: neither pattern ever goes back.
    private static final Pattern SLUG_PATTERN = Pattern.compile("[a-z0-9]++(?:_[a-z0-9]++)*+");
    private static final Pattern NAME_PATTERN = Pattern.compile("[a-zA-Z_][0-9a-zA-Z_]*+");

    private MeterRules() {}

    /** Says what is wrong with a text; null if nothing is. */
    @FunctionalInterface
    interface Rule {

        @Nullable String problemOf(String text);
    }

    static @Nullable String slug(String text) {
        if (text.isEmpty()) {
            return "is empty";
        }
        if (text.length() > MAX_SLUG) {
            return "has " + text.length() + " characters";
        }
        return SLUG_PATTERN.matcher(text).matches()
                ? null
                : MeterText.quoted(text) + " is not a slug";
    }

    static @Nullable String eventType(String text) {
        if (text.isEmpty()) {
            return "is empty";
        }
        if (MeterText.hasControls(text)) {
            return MeterText.quoted(text) + " has a control character";
        }
        if (!MeterText.isStorable(text)) {
            return MeterText.quoted(text) + " has a lone surrogate";
        }
        if (text.equals(VoidRequest.TYPE)) {
            return MeterText.quoted(text) + " is reserved: such events take others back";
        }
        int bytes = MeterText.utf8Length(text);
        return bytes > MAX_TYPE_BYTES ? "has " + bytes + " bytes" : null;
    }

    static @Nullable String description(String text) {
        return MeterText.isStorable(text) ? null : "has U+0000 or a lone surrogate";
    }

    static @Nullable String groupName(String name) {
        if (name.isEmpty()) {
            return "is an empty name";
        }
        if (!NAME_PATTERN.matcher(name).matches()) {
            return "is not a valid name";
        }
        return name.equals("subject") ? "is reserved: a query groups by subject anyway" : null;
    }

    static String oneOf(Enum<?>[] values) {
        return Arrays.stream(values).map(Enum::name).collect(Collectors.joining(", "));
    }
}
