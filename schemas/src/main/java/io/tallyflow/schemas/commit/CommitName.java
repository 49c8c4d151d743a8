package io.tallyflow.schemas.commit;

/**
 * The name of a commit: who made it and for which checkpoint. Checkpoint numbers alone are used
 * again by a job that starts from an older state; the token makes the name unique.
 *
 * @param token 64 random bits, drawn each time the gathering operator opens; 0 only in {@link
 *     #NONE}
 * @param checkpoint Flink's checkpoint number
 */
public record CommitName(long token, long checkpoint) {

    /** The name before the first commit. */
    public static final CommitName NONE = new CommitName(0, 0);

    @Override
    public String toString() {
        return equals(NONE) ? "none" : Long.toHexString(token) + "-" + checkpoint;
    }
}
