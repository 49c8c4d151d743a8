package io.tallyflow.functions.json;

import io.tallyflow.schemas.event.RejectionReason;

/**
 * What is wrong with a document.
 *
 * @param detail one sentence for people; names positions, never payload
 */
public record JsonProblem(RejectionReason reason, String detail) {

    /** That it is no JSON, found at a byte. */
    public static JsonProblem notJson(int where, String what) {
        return new JsonProblem(
                RejectionReason.JSON,
                "The value is not a JSON document at byte " + where + ": " + what + ".");
    }
}
