package io.tallyflow.connectors.refusal;

import io.tallyflow.schemas.commit.CommitName;
import java.io.IOException;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * What the ledger knows of commits, for an end that must never be ahead of it. Connects when it is
 * first asked. Not thread-safe.
 */
public interface CommitLedger extends Serializable, AutoCloseable {

    /**
     * Where a commit stands.
     *
     * @param epoch in which it was made
     * @param abandoned whether a rewind took it back
     */
    record CommitStanding(long epoch, boolean abandoned) {}

    /**
     * Looks a commit up without waiting for it. The next later one with the same token answers for
     * one that the ledger does not have by itself.
     *
     * @return null if it was not made yet, or never will be
     * @throws IOException if the ledger does not answer; asking again may help
     */
    @Nullable CommitStanding find(CommitName name) throws IOException;

    /**
     * Whether it has made no commit yet.
     *
     * @throws IOException if the ledger does not answer; asking again may help
     */
    boolean isEmpty() throws IOException;

    @Override
    void close();
}
