package io.tallyflow.operations.job;

import io.tallyflow.results.savepoint.SavepointFormat;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Of which job a savepoint is to be taken, and how.
 *
 * @param job its id; null where only one runs
 * @param directory address of where to put it; null for the cluster's own place
 * @param stop whether the job ends with it
 * @param by who asks
 * @param patience how long to wait for it
 */
public record SavepointRequest(
        @Nullable String job,
        @Nullable String directory,
        SavepointFormat format,
        boolean stop,
        String by,
        Duration patience) {}
