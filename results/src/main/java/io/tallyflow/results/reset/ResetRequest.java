package io.tallyflow.results.reset;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a reset is to be.
 *
 * @param subject null for all subjects
 * @param requested the first window that counts is the one that holds it; null if whoever asks
 *     means now
 * @param reason null if nobody said
 * @param by who asks
 */
public record ResetRequest(
        String id,
        String meter,
        @Nullable String subject,
        @Nullable Instant requested,
        @Nullable String reason,
        String by) {

    /** Whether a recorded reset is what this asks for; what it leaves open may be anything. */
    public boolean isMetBy(Reset reset) {
        return meter.equals(reset.meter())
                && (subject == null ? reset.subject() == null : subject.equals(reset.subject()))
                && (requested == null || requested.equals(reset.requested()))
                && (reason == null || reason.equals(reset.reason()));
    }
}
