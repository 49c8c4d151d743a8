package io.tallyflow.operations.counting;

import io.tallyflow.connectors.iceberg.table.Lake;
import io.tallyflow.connectors.iceberg.table.LakeOptions;
import io.tallyflow.results.FirstCause;
import io.tallyflow.results.RequestFailedException;

/** Opens the lake for whoever asked for something that needs it. */
public final class LakeAccess {

    private LakeAccess() {}

    /**
     * Connects to its catalog.
     *
     * @throws RequestFailedException if the catalog does not answer
     */
    public static Lake open(LakeOptions options) {
        try {
            return Lake.open(options);
        } catch (RuntimeException e) {
            throw new RequestFailedException(
                    "the lake's catalog cannot be reached: " + FirstCause.of(e), e);
        }
    }
}
