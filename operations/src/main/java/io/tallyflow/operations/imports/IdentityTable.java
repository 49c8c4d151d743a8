package io.tallyflow.operations.imports;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Identities of events, each by its 128-bit hash, and whether an event with it is still to be sent.
 * Open addressing: 17 bytes a place, twice as many places as identities. Filled by one thread, then
 * looked up by several.
 */
final class IdentityTable {

    /** Of an identity, while the table grows: four places of the new one and two of the old. */
    private static final int MOST_BYTES_EACH = 6 * 17;

    private static final int FIRST_PLACES = 1 << 12;
    private static final int MOST_IDENTITIES = 1 << 27;

    private static final byte FREE = 0;
    private static final byte NEW = 1;
    private static final byte KNOWN = 2;

    private final int most;
    private long[] hashes = new long[2 * FIRST_PLACES];
    private byte[] states = new byte[FIRST_PLACES];
    private int size;

    /**
     * @param memoryBytes that it may fill
     */
    IdentityTable(long memoryBytes) {
        this.most = (int) Math.min(MOST_IDENTITIES, Math.max(memoryBytes / MOST_BYTES_EACH, 1));
    }

    /** Whether no more identities fit. */
    boolean isFull() {
        return size >= most;
    }

    boolean isEmpty() {
        return size == 0;
    }

    /** Notes that there is an event with an identity. */
    void add(ByteBuffer identity) {
        long high = identity.getLong(0);
        long low = identity.getLong(Long.BYTES);
        int place = place(high, low);
        if (states[place] == FREE) {
            put(place, high, low, NEW);
            if (++size > states.length / 2) {
                grow();
            }
        }
    }

    private void put(int place, long high, long low, byte state) {
        hashes[2 * place] = high;
        hashes[2 * place + 1] = low;
        states[place] = state;
    }

    private void grow() {
        long[] before = hashes;
        byte[] was = states;
        hashes = new long[2 * before.length];
        states = new byte[2 * was.length];
        for (int i = 0; i < was.length; i++) {
            if (was[i] != FREE) {
                put(
                        place(before[2 * i], before[2 * i + 1]),
                        before[2 * i],
                        before[2 * i + 1],
                        was[i]);
            }
        }
    }

    /** Where an identity is, or would be: SHA-256 is mixed well enough. */
    private int place(long high, long low) {
        int mask = states.length - 1;
        int place = (int) high & mask;
        while (states[place] != FREE
                && (hashes[2 * place] != high || hashes[2 * place + 1] != low)) {
            place = (place + 1) & mask;
        }
        return place;
    }

    /** Notes that an event with an identity was accepted, if any here has it. */
    void know(ByteBuffer identity) {
        int place = place(identity.getLong(0), identity.getLong(Long.BYTES));
        if (states[place] != FREE) {
            states[place] = KNOWN;
        }
    }

    /**
     * Whether an event is the first with its identity; all later ones are not.
     *
     * @throws IllegalStateException if no event with it was added
     */
    boolean isFirst(ByteBuffer identity) {
        int place = place(identity.getLong(0), identity.getLong(Long.BYTES));
        byte state = states[place];
        if (state == FREE) {
            throw new IllegalStateException(
                    "the events changed while they were read: ask again when nobody writes them");
        }
        states[place] = KNOWN;
        return state == NEW;
    }

    /** Forgets all. */
    void clear() {
        Arrays.fill(states, FREE);
        size = 0;
    }
}
