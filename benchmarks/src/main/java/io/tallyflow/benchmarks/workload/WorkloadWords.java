package io.tallyflow.benchmarks.workload;

import java.util.List;

/** The texts that events are made of. None needs an escape in JSON. */
final class WorkloadWords {

    /** The type that meters count. */
    static final String TYPE = "request";

    /** A type that no meter counts. */
    static final String UNCOUNTED_TYPE = "silence";

    static final int SUBJECTS = 10_000;
    static final int SOURCES = 16;

    static final List<String> MODELS =
            List.of("small-2", "medium-2", "large-2", "large-2-reasoning", "embedding-1");

    static final List<String> REGIONS = List.of("eu-west", "eu-north", "us-east", "ap-south");

    static final List<String> METHODS = List.of("POST", "PUT");

    static final List<String> ROUTES =
            List.of(
                    "/v1/chat/completions",
                    "/v1/embeddings/batch",
                    "/v1/images/generations",
                    "/v1/batches/run/results");

    private WorkloadWords() {}

    static String subject(int number) {
        return String.format("customer-%05d", number);
    }

    static String source(int number) {
        return String.format("gateway-%02d.eu-a1", number);
    }
}
