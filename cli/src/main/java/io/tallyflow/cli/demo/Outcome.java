package io.tallyflow.cli.demo;

import io.tallyflow.schemas.event.Lane;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What must become of a record.
 *
 * @param lane where it ends
 * @param rejection reason code; null unless rejected
 * @param readings what the demo's meters count of it
 * @param ignored how many matching meters can take no reading from it
 */
public record Outcome(Lane lane, @Nullable String rejection, List<Reading> readings, int ignored) {

    static Outcome rejected(String reason) {
        return new Outcome(Lane.REJECTED, reason, List.of(), 0);
    }

    static Outcome uncounted(Lane lane) {
        return new Outcome(lane, null, List.of(), 0);
    }

    static Outcome metered(List<Reading> readings, int ignored) {
        return new Outcome(Lane.METERED, null, readings, ignored);
    }
}
