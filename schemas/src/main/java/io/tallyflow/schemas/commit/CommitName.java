package io.tallyflow.schemas.commit;

import java.security.SecureRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of a commit: who made it and for which checkpoint. Checkpoint numbers alone are used
 * again by a job that starts from an older state; the token makes the name unique.
 *
 * @param token 64 random bits, drawn each time the gathering operator opens; 0 only in {@link
 *     #NONE}
 * @param checkpoint Flink's checkpoint number
 */
public record CommitName(long token, long checkpoint) {

    /** The name before the first commit. */
    public static final CommitName NONE = new CommitName(0, 0);

    private static final String NO_NAME = "none";
    private static final Pattern TEXT = Pattern.compile("([0-9a-f]{1,16})-(\\d{1,19})");

    /** A token that no other start has: not that of {@link #NONE}, and nobody can guess it. */
    public static long drawToken(SecureRandom random) {
        long drawn = random.nextLong();
        while (drawn == NONE.token()) {
            drawn = random.nextLong();
        }
        return drawn;
    }

    /**
     * Reads what {@link #toString} wrote.
     *
     * @throws IllegalArgumentException if the text is not of that form
     */
    public static CommitName parse(String text) {
        if (text.equals(NO_NAME)) {
            return NONE;
        }
        Matcher matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("not the name of a commit: " + text);
        }
        return new CommitName(
                Long.parseUnsignedLong(matcher.group(1), 16), Long.parseLong(matcher.group(2)));
    }

    @Override
    public String toString() {
        return equals(NONE) ? NO_NAME : Long.toHexString(token) + "-" + checkpoint;
    }
}
