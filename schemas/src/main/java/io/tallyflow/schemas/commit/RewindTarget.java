package io.tallyflow.schemas.commit;

import java.io.Serializable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names the commit that a start may rewind the ledger to. It carries the epoch that it was meant
 * for, so that once the rewind is done, a target left behind in a configuration does nothing.
 *
 * @param commit the ledger's number of the commit that the job's state stands for
 * @param epoch the ledger's epoch at the time of asking
 */
public record RewindTarget(long commit, long epoch) implements Serializable {

    private static final Pattern TEXT = Pattern.compile("(\\d{1,18})@(\\d{1,18})");

    /**
     * Reads {@code COMMIT@EPOCH}.
     *
     * @throws IllegalArgumentException if the text is not of that form
     */
    public static RewindTarget parse(String text) {
        Matcher matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "a rewind target is COMMIT@EPOCH, for example 41@0, not " + text);
        }
        return new RewindTarget(Long.parseLong(matcher.group(1)), Long.parseLong(matcher.group(2)));
    }

    @Override
    public String toString() {
        return commit + "@" + epoch;
    }
}
