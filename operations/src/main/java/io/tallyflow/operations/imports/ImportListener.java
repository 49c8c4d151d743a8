package io.tallyflow.operations.imports;

/** Hears how far an import is; in any thread. */
public interface ImportListener {

    /** All was read once. */
    default void checked(long events, long rejected) {}

    /** The lake lacks, so far, what was accepted too long ago. */
    default void waitsForLake() {}

    /** So many parts of the lake are to be looked through. */
    default void looksUp(int parts) {}

    /** One part was looked through. */
    default void lookedUp() {}

    /** How far it is, in all. */
    default void sent(long known, long sent) {}
}
