package io.tallyflow.operations.state;

/** What this machine knows of the files of a savepoint. */
public enum FilesSeen {
    THERE,

    /** Or not visible from this machine. */
    GONE,

    /** They are on a file system that is not known here. */
    NOT_LOOKED_FOR
}
