package io.tallyflow.schemas.meter;

import java.util.Collection;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Finds the name that somebody probably meant. */
public final class NearestName {

    private static final int MAX_DISTANCE = 3;
    private static final int MAX_LENGTH = 64;

    private NearestName() {}

    /**
     * The known name with the smallest edit distance, letter case and separators aside; null if
     * none is near.
     */
    public static @Nullable String of(String name, Collection<String> known) {
        if (name.length() > MAX_LENGTH) {
            return null;
        }
        String nearest = null;
        int least = Integer.MAX_VALUE;
        for (String candidate : known) {
            int distance = distance(plain(name), plain(candidate));
            if (distance < least && distance <= limit(candidate)) {
                least = distance;
                nearest = candidate;
            }
        }
        return nearest;
    }

    /** A short name has few letters to get wrong. */
    private static int limit(String candidate) {
        return Math.min(MAX_DISTANCE, candidate.length() / 2);
    }

    private static String plain(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[_ -]", "");
    }

    /** Levenshtein's distance, by one row of his matrix at a time. */
    private static int distance(String left, String right) {
        int[] row = new int[right.length() + 1];
        for (int j = 0; j < row.length; j++) {
            row[j] = j;
        }
        for (int i = 1; i <= left.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j < row.length; j++) {
                int changed = diagonal + (left.charAt(i - 1) == right.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(changed, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[right.length()];
    }
}
