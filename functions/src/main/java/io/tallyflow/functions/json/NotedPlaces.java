package io.tallyflow.functions.json;

import io.tallyflow.functions.paths.Kind;
import io.tallyflow.functions.paths.PathTrie;
import io.tallyflow.functions.paths.Places;

/** The places that are noted while a document is read. */
final class NotedPlaces {

    /** Where the data begins that places are counted from. */
    private int origin;

    private int[] places = {};

    /** Begins anew. */
    void begin(PathTrie paths, int start) {
        places = Places.none(paths);
        origin = start;
    }

    /** Notes a value that lies in {@code [start, end)}. */
    void note(int slot, byte[] json, int start, int end, boolean escaped) {
        switch (json[start]) {
            case '"' -> put(slot, escaped ? Kind.ESCAPED_STRING : Kind.STRING, start + 1, end - 1);
            case '{' -> put(slot, Kind.OBJECT, start, end);
            case '[' -> put(slot, Kind.ARRAY, start, end);
            case 't', 'f' -> put(slot, Kind.BOOLEAN, start, end);
            case 'n' -> put(slot, Kind.NULL, start, end);
            default -> put(slot, Kind.NUMBER, start, end);
        }
    }

    private void put(int slot, Kind kind, int start, int end) {
        Places.put(places, slot, kind, start - origin, end - origin);
    }

    int[] places() {
        return places;
    }
}
