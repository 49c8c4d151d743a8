package io.tallyflow.connectors.postgres;

import io.tallyflow.schemas.commit.CommitName;
import java.util.Iterator;
import java.util.List;

/** The commit that a checkpoint stands for, as the checkpoint holds it. */
public final class StoredCommit {

    /** Name of the list state, in which the order matters. */
    public static final String STATE = "previous-commit";

    private StoredCommit() {}

    /**
     * The uid of the operator that has it.
     *
     * @param sinkUid of the sink
     */
    public static String uid(String sinkUid) {
        // As Flink makes it of a sink's own operators.
        return sinkUid + ": " + PostgresUsageSink.GATHER_UID;
    }

    /**
     * What the list means.
     *
     * @return {@link CommitName#NONE} for an empty one
     */
    public static CommitName name(Iterable<Long> stored) {
        Iterator<Long> words = stored.iterator();
        return words.hasNext() ? new CommitName(words.next(), words.next()) : CommitName.NONE;
    }

    static List<Long> words(CommitName name) {
        return List.of(name.token(), name.checkpoint());
    }
}
