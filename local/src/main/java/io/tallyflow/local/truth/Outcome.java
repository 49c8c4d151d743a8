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
public record Outcome(Lane lane, @Nullable String rejection, @Nullable Usage usage) {

    static Outcome rejected(String reason) {
        return new Outcome(Lane.REJECTED, reason, null);
    }

    static Outcome uncounted(Lane lane) {
        return new Outcome(lane, null, null);
    }

    static Outcome metered(Usage usage) {
        return new Outcome(Lane.METERED, null, usage);
    }
}
