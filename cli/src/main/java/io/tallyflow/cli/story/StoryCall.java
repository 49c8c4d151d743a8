package io.tallyflow.cli.story;

import java.time.Instant;

/**
 * An event of the story: a call of a language model.
 *
 * @param characters of the prompt
 * @param answered characters of the answer
 */
record StoryCall(
        String id,
        String subject,
        Instant time,
        String model,
        long tokens,
        long characters,
        long answered) {

    static final String SOURCE = "gateway";

    static final String TYPE = "llm.call";

    /** The CloudEvent, a line of JSON. */
    String json() {
        return ("{\"specversion\":\"1.0\",\"id\":\"%s\",\"source\":\"%s\",\"type\":\"%s\",\"subject\":\"%s\","
                        + "\"time\":\"%s\",\"data\":{\"model\":\"%s\",\"tokens\":%d,\"characters\":%d,"
                        + "\"answer\":{\"characters\":%d}}}")
                .formatted(id, SOURCE, TYPE, subject, time, model, tokens, characters, answered);
    }
}
