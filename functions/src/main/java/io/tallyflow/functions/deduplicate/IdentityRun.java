package io.tallyflow.functions.deduplicate;

import io.tallyflow.functions.deduplicate.LaneDecision.First;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Sealed identities: their blocks in state, each with the hashes of an equal part of the run's
 * range, and in memory the filter that tells for which identities a block is worth a look.
 *
 * <p>State holds the filter too, in an entry of its own, numbers big endian: the version, 1 byte;
 * the header; the seed of the filter, 8 bytes; how many places it has, 4; the places. A block
 * without identities is not there.
 */
final class IdentityRun {

    /** In the place of a block's number, the entry of the filter. */
    static final int FILTER = -1;

    private static final String WHAT = "a run of identities";
    private static final int PLACES_AT = 1 + RunHeader.BYTES + Long.BYTES + Integer.BYTES;

    /** Bytes of memory that a run takes beside its filter's places. */
    private static final int OBJECT_BYTES = 200;

    private final int number;
    private final RunHeader header;
    private final IdentityFilter filter;

    IdentityRun(int number, RunHeader header, IdentityFilter filter) {
        this.number = number;
        this.header = header;
        this.filter = filter;
    }

    /**
     * Reads a run; its blocks stay where they are.
     *
     * @param bytes those of the filter's entry
     * @throws IllegalStateException if they are of another version or damaged
     */
    static IdentityRun of(int number, byte[] bytes) {
        IdentityFormat.check(WHAT, bytes, PLACES_AT);
        ByteBuffer in = ByteBuffer.wrap(bytes, 1, bytes.length - 1);
        RunHeader header = RunHeader.read(in);
        long seed = in.getLong();
        int places = in.getInt();
        if (!header.isPossible() || places != in.remaining()) {
            throw IdentityFormat.damaged(WHAT, bytes);
        }
        IdentityFilter filter =
                new IdentityFilter(seed, Arrays.copyOfRange(bytes, PLACES_AT, bytes.length));
        if (!filter.isPossible(header.count())) {
            throw IdentityFormat.damaged(WHAT, bytes);
        }
        return new IdentityRun(number, header, filter);
    }

    /** The bytes of the filter's entry. */
    byte[] toBytes() {
        byte[] places = filter.values();
        ByteBuffer out = ByteBuffer.allocate(PLACES_AT + places.length);
        out.put(IdentityFormat.VERSION);
        header.write(out);
        return out.putLong(filter.seed()).putInt(places.length).put(places).array();
    }

    int number() {
        return number;
    }

    RunHeader header() {
        return header;
    }

    /** How many of the last bits of a hash are not in the blocks. */
    int tailBits() {
        return filter.tailBits();
    }

    /** Bytes of memory. */
    long bytes() {
        return OBJECT_BYTES + filter.values().length;
    }

    /** What the run remembers of an identity in its range, or null. */
    @Nullable First first(long high, long low, CachedBlocks blocks) {
        if (!filter.mayHold(high, low)) {
            return null;
        }
        IdentityBlock block = blocks.get(number, header.blockOf(high));
        return block == null ? null : block.first(high, low);
    }

    /** Tells of the identities in a part of the range, as far as state still holds them. */
    void forEach(HashRange part, IdentityBlocks blocks, IdentityVisitor visitor) {
        int from = header.blockOf(part.prefix());
        for (int i = from; i < from + header.blocksOf(part); i++) {
            byte[] bytes = blocks.get(number, i);
            if (bytes != null) {
                IdentityBlock.of(bytes).forEach(header.firstHash(i), filter, visitor);
            }
        }
    }

    /** Removes the run from state. */
    void remove(IdentityBlocks blocks) {
        blocks.remove(number, FILTER);
        for (int i = 0; i < header.blocks(); i++) {
            blocks.remove(number, i);
        }
    }
}
