package io.tallyflow.functions.identities.block;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Tells of an identity that it is not in a run, or that it may be: one in 256 of those that are not
 * may be. It takes 9.84 bits an identity and three reads.
 *
 * <p>A xor filter (Thomas Mueller Graf, Daniel Lemire: Xor Filters: Faster and Smaller Than Bloom
 * and Cuckoo Filters, ACM Journal of Experimental Algorithmics 25, 2020) whose fingerprint is the
 * last byte of the identity's hash, while the places that it is spread over follow from the other
 * 120 bits. So it gives back the last byte of every identity that it was built of, and blocks need
 * not store it. That takes identities which differ before their last byte: of others a filter is
 * empty, and says of all that they may be there.
 *
 * <p>Its bytes in state, big endian: the version, 1 byte; the seed, 8; how many places it has, 4;
 * the places. Where state has none, there are no identities.
 */
public final class IdentityFilter {

    /** How many of the last bits of a hash a filter that is not empty gives back. */
    static final int TAIL_BITS = 8;

    private static final int LEAST_PLACES = 32;
    private static final long PLACES_OF_HUNDRED = 123;
    private static final byte[] NONE = {};
    private static final String WHAT = "a filter of identities";
    private static final int PLACES_AT = 1 + Long.BYTES + Integer.BYTES;

    private final long seed;
    private final byte[] values;
    private final int third;

    /** What a filter without places says. */
    private final boolean perhaps;

    private boolean needed;

    /**
     * @param seed what the places were drawn with
     * @param values three parts of the same length
     */
    IdentityFilter(long seed, byte[] values) {
        this(seed, values, true);
    }

    private IdentityFilter(long seed, byte[] values, boolean perhaps) {
        this.seed = seed;
        this.values = values;
        this.third = values.length / 3;
        this.perhaps = perhaps;
    }

    /** One that says of all identities that they may be there. */
    public static IdentityFilter empty() {
        return new IdentityFilter(0, NONE);
    }

    /** One that says of all identities that they are not there. */
    public static IdentityFilter ofNone() {
        return new IdentityFilter(0, NONE, false);
    }

    /** Reads one of a run's. */
    public static IdentityFilter read(IdentityBlocks blocks, int run, int number) {
        byte[] bytes = blocks.get(run, entry(number));
        return bytes == null ? ofNone() : of(bytes);
    }

    /**
     * @throws IllegalStateException if the bytes are of another version or no filter
     */
    private static IdentityFilter of(byte[] bytes) {
        IdentityFormat.check(WHAT, bytes, PLACES_AT);
        ByteBuffer in = ByteBuffer.wrap(bytes, 1, bytes.length - 1);
        long seed = in.getLong();
        if (in.getInt() != in.remaining() || in.remaining() % 3 != 0) {
            throw IdentityFormat.damaged(WHAT, bytes);
        }
        return new IdentityFilter(seed, Arrays.copyOfRange(bytes, PLACES_AT, bytes.length));
    }

    public void write(IdentityBlocks blocks, int run, int number) {
        ByteBuffer out = ByteBuffer.allocate(PLACES_AT + values.length);
        out.put(IdentityFormat.VERSION).putLong(seed).putInt(values.length).put(values);
        blocks.put(run, entry(number), out.array());
    }

    /** In the place of a block's number, a filter. */
    public static int entry(int number) {
        return -1 - number;
    }

    /** How many places a filter of so many identities has, a multiple of three. */
    static int places(int identities) {
        long places = identities * PLACES_OF_HUNDRED / 100 + LEAST_PLACES;
        return Math.toIntExact((places + 2) / 3 * 3);
    }

    public boolean mayHold(long high, long low) {
        return values.length == 0 ? perhaps : tail(high, low) == (low & 0xFF);
    }

    /** Whether there is an identity of which it says that it may be there. */
    public boolean mayHoldAny() {
        return values.length > 0 || perhaps;
    }

    /** Marks it as needed. */
    public void need() {
        // A write for nothing would take the line from other caches.
        if (!needed) {
            needed = true;
        }
    }

    /** Whether it was marked since the last call. */
    boolean takeNeed() {
        boolean was = needed;
        needed = false;
        return was;
    }

    /**
     * The last byte of an identity that the filter was built of, 0 to 255.
     *
     * @param low of which the last byte does not matter
     */
    int tail(long high, long low) {
        long hash = hash(high, low, seed);
        int value =
                values[place(hash, 0, third)]
                        ^ values[place(hash, 1, third)]
                        ^ values[place(hash, 2, third)];
        return mask(value, hash);
    }

    /** How many of the last bits of a hash need not be stored elsewhere. */
    public int tailBits() {
        return values.length == 0 ? 0 : TAIL_BITS;
    }

    byte[] values() {
        return values;
    }

    /** The tail mixed with the hash, and back: else equal tails would make a filter say yes. */
    static int mask(int tail, long hash) {
        return (tail ^ (int) (hash * 0x9E37_79B9_7F4A_7C15L >>> 56)) & 0xFF;
    }

    /** 64 bits of all but the last byte; a pair that agrees by one seed differs by another. */
    static long hash(long high, long low, long seed) {
        return mix(mix(high + seed) + (low >>> TAIL_BITS));
    }

    /** One of the three places of a hash, each in its own third. */
    static int place(long hash, int which, int third) {
        long bits = Long.rotateLeft(hash, 21 * which) & 0xFFFF_FFFFL;
        return which * third + (int) (bits * third >>> Integer.SIZE);
    }

    /** The finisher of Austin Appleby's MurmurHash3, which is in the public domain. */
    private static long mix(long value) {
        long mixed = (value ^ value >>> 33) * 0xFF51_AFD7_ED55_8CCDL;
        mixed = (mixed ^ mixed >>> 33) * 0xC4CE_B9FE_1A85_EC53L;
        return mixed ^ mixed >>> 33;
    }
}
