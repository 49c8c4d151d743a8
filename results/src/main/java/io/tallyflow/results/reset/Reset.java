package io.tallyflow.results.reset;

import io.tallyflow.results.TextTable;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * A reset as it is on record.
 *
 * @param subject null for all subjects
 * @param at start of the first window that counts
 * @param requested the time that was asked for
 * @param savepoint path of the one that was taken before
 * @param recorded when, by whom and why
 * @param undone when, by whom and why; null while it is in force
 */
public record Reset(
        String id,
        String meter,
        @Nullable String subject,
        Instant at,
        Instant requested,
        String savepoint,
        Deed recorded,
        @Nullable Deed undone) {

    /**
     * What somebody did.
     *
     * @param reason null if nobody said
     */
    public record Deed(Instant at, String by, @Nullable String reason) {

        /** For people: when, by whom and why. */
        public String shown() {
            return TextTable.visible(
                    at.truncatedTo(ChronoUnit.SECONDS)
                            + " by "
                            + by
                            + (reason == null ? "" : ": " + reason));
        }
    }

    /** Why it was made; null if nobody said. */
    public @Nullable String reason() {
        return recorded.reason();
    }

    /** Which one, for people within a sentence. */
    public String what() {
        return TextTable.visible(
                "of meter "
                        + meter
                        + " and "
                        + (subject == null ? "all subjects" : "subject " + subject)
                        + ", which was asked for "
                        + requested
                        + (reason() == null ? "" : " for \"" + reason() + '"'));
    }
}
