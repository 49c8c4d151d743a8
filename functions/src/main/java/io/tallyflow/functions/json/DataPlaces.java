package io.tallyflow.functions.json;

import io.tallyflow.functions.paths.PathTrie;
import io.tallyflow.functions.paths.Places;
import org.jspecify.annotations.Nullable;

/** Finds the places in data that nobody has noted yet. Confined to one thread, reusable. */
public final class DataPlaces {

    private final JsonReader quick = new JsonReader();
    private final ExactReader exact = new ExactReader();

    /**
     * Where the values at some paths lie in the data of an event.
     *
     * @return see {@link Places}; null if the data is not a JSON object within the limits
     */
    public int @Nullable [] in(byte[] data, PathTrie paths) {
        quick.over(data);
        int start = quick.skipSpace(0);
        if (quick.peek(start) != '{') {
            return null;
        }
        int end = quick.value(start, 1, paths, 0);
        if (end != JsonReader.GIVE_UP && quick.skipSpace(end) == data.length) {
            return quick.places();
        }
        exact.over(data);
        end = exact.value(start, 1, paths, 0);
        boolean sound = end != JsonReader.GIVE_UP && exact.skipSpace(end) == data.length;
        return sound ? exact.places() : null;
    }
}
