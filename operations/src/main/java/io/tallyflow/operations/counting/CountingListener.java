package io.tallyflow.operations.counting;

/** Hears how far reading is. */
public interface CountingListener {

    /**
     * Some more events were read; from several threads.
     *
     * @param events how many more
     */
    default void reads(long events) {}

    /** All of the lake that is looked into is read at once, in so many parts. */
    default void readsParts(int parts) {}

    /** One part was read; from several threads. */
    default void readPart() {}
}
