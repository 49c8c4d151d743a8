package io.tallyflow.local.truth;

import io.tallyflow.schemas.event.Lane;
import org.jspecify.annotations.Nullable;

/**
 * What must become of a record.
 *
 * @param lane where it ends
 * @param rejection reason code; null unless rejected
 * @param usage what meters look at; null unless metered
 */
public record ExpectedOutcome(Lane lane, @Nullable String rejection, @Nullable Usage usage) {

    static ExpectedOutcome rejected(String reason) {
        return new ExpectedOutcome(Lane.REJECTED, reason, null);
    }

    static ExpectedOutcome uncounted(Lane lane) {
        return new ExpectedOutcome(lane, null, null);
    }

    static ExpectedOutcome metered(Usage usage) {
        return new ExpectedOutcome(Lane.METERED, null, usage);
    }
}
