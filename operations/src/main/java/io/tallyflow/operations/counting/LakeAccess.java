package io.tallyflow.operations.counting;

import io.tallyflow.connectors.iceberg.table.Lake;
import io.tallyflow.connectors.iceberg.table.LakeOptions;
import io.tallyflow.results.FirstCause;
import io.tallyflow.results.PostgresAddress;
import io.tallyflow.results.PostgresTrouble;
import io.tallyflow.results.RequestFailedException;
import io.tallyflow.results.RequestRefusedException;
import java.sql.SQLException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

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

    /**
     * Does what needs the lake and Postgres, and tells what went wrong in one line.
     *
     * @param interrupted what to say if nobody waits for it any more
     * @throws RequestRefusedException if it does
     * @throws RequestFailedException if it does, or with whatever else it throws
     */
    public static <T extends @Nullable Object> T ask(
            PostgresAddress postgres, String interrupted, Callable<T> question) {
        try {
            return question.call();
        } catch (SQLException e) {
            throw PostgresTrouble.failure(postgres, e);
        } catch (RequestFailedException | RequestRefusedException e) {
            throw e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RequestFailedException(interrupted, e);
        } catch (Exception e) {
            throw new RequestFailedException("the lake cannot be read: " + FirstCause.of(e), e);
        }
    }
}
