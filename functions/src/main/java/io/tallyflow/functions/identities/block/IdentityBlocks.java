package io.tallyflow.functions.identities.block;

import org.jspecify.annotations.Nullable;

/**
 * The entries in state of one key group, each named by two small numbers. An entry may vanish once
 * its time to live is over; then what it held is no longer remembered.
 */
public interface IdentityBlocks {

    /** The bytes of an entry, which the caller does not change; null if there is none. */
    byte @Nullable [] get(int run, int block);

    /** Writes an entry, in the place of one with these numbers; the bytes are handed over. */
    void put(int run, int block, byte[] bytes);

    /** Removes an entry, if there is one. */
    void remove(int run, int block);
}
