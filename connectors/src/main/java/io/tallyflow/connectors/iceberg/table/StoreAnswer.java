package io.tallyflow.connectors.iceberg.table;

import java.util.Set;

/** What clients of stores, which are not on every class path, say of an answer. */
final class StoreAnswer {

    private static final Set<String> ANSWERS =
            Set.of("S3Exception", "NoSuchBucketException", "NoSuchKeyException");

    /** The bucket is in another region. */
    private static final int MOVED = 301;

    private static final int REFUSED = 400;
    private static final int FAILED = 500;

    /** The request took too long, met another one, or was one of too many: later it may pass. */
    private static final Set<Integer> LATER = Set.of(408, 409, 429);

    private StoreAnswer() {}

    /** Whether a failure is an answer that will be the same tomorrow. */
    static boolean isRefusal(Throwable failure) {
        if (!ANSWERS.contains(failure.getClass().getSimpleName())) {
            return false;
        }
        int status = status(failure);
        return status == MOVED || status >= REFUSED && status < FAILED && !LATER.contains(status);
    }

    /** Of HTTP; 0 if it does not say. */
    private static int status(Throwable failure) {
        try {
            return failure.getClass().getMethod("statusCode").invoke(failure)
                            instanceof Integer code
                    ? code
                    : 0;
        } catch (ReflectiveOperationException e) {
            return 0;
        }
    }
}
