package io.tallyflow.functions.paths;

/**
 * Where the values at the paths of a type lie in the data of one event: the form in which they
 * cross the shuffle beside it, as an array of integers. First comes the {@linkplain
 * PathTrie#fingerprint() fingerprint} of the paths, then two integers for each slot: start and
 * kind, and length. A string's place is within its quotes.
 */
public final class Places {

    private static final int KIND_BITS = 3;
    private static final int KIND_MASK = (1 << KIND_BITS) - 1;

    private Places() {}

    /** Nothing found yet. */
    public static int[] none(PathTrie paths) {
        int[] places = new int[1 + 2 * paths.slots()];
        places[0] = paths.fingerprint();
        return places;
    }

    /** Whether the places were noted for these paths. */
    public static boolean areOf(PathTrie paths, int[] places) {
        return places[0] == paths.fingerprint() && places.length == 1 + 2 * paths.slots();
    }

    /** Notes where a value lies, by positions in the data. */
    public static void put(int[] places, int slot, Kind kind, int start, int end) {
        places[1 + 2 * slot] = start << KIND_BITS | kind.ordinal();
        places[2 + 2 * slot] = end - start;
    }

    /** What stands at the path of a slot. */
    public static Kind kind(int[] places, int slot) {
        return Kind.of(places[1 + 2 * slot] & KIND_MASK);
    }

    /** Where it starts in the data. */
    public static int start(int[] places, int slot) {
        return places[1 + 2 * slot] >>> KIND_BITS;
    }

    /** Bytes that it has. */
    public static int length(int[] places, int slot) {
        return places[2 + 2 * slot];
    }
}
