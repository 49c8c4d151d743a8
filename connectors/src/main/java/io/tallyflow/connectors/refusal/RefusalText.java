package io.tallyflow.connectors.refusal;

import java.util.regex.Pattern;

/**
 * How every refusal reads: its name first, by which people search, what is wrong, and last the page
 * that says what to do.
 */
public final class RefusalText {

    /** Where the pages are, below the project's root; each is named as its refusal. */
    static final String PAGES = "docs/operating/refusals/";

    private static final Pattern NAMED = Pattern.compile("(?s)[A-Z]+(?:_[A-Z]+)+: .*");

    private RefusalText() {}

    /**
     * The text of a refusal.
     *
     * @param message sentences, or a list with a line for each problem
     */
    public static String of(Enum<?> refusal, String message) {
        String separator = message.contains("\n") ? "\n" : message.endsWith(".") ? " " : ". ";
        return refusal.name()
                + ": "
                + message
                + separator
                + "See "
                + PAGES
                + refusal.name()
                + ".md";
    }

    /** Whether a text begins as one of a refusal does. */
    public static boolean isNamed(String text) {
        return NAMED.matcher(text).matches();
    }
}
