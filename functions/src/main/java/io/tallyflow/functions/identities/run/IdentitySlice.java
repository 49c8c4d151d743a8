package io.tallyflow.functions.identities.run;

import io.tallyflow.functions.identities.block.HashRange;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** The shelves with what was sealed within one stretch of time. */
final class IdentitySlice {

    private final long number;
    private final IdentityShelf top = new IdentityShelf(HashRange.ALL);

    /**
     * @param number of the stretch, counted from the epoch
     */
    IdentitySlice(long number) {
        this.number = number;
    }

    long number() {
        return number;
    }

    IdentityShelf top() {
        return top;
    }

    void forEach(Consumer<IdentityRun> visitor) {
        top.forEach(shelf -> shelf.runs().forEach(visitor));
    }

    /** The shelves, each before those under it. */
    List<IdentityShelf> shelves() {
        List<IdentityShelf> all = new ArrayList<>();
        top.forEach(all::add);
        return all;
    }
}
