package io.tallyflow.functions.identities.block;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class FilterMemoryTest {

    private static final int PLACES = 904;
    private static final int SIZE = 1_000;

    private final @Nullable IdentityFilter[] home = new IdentityFilter[5];

    @Test
    void letsGoOfWhatWasNotNeeded() {
        FilterMemory memory = new FilterMemory(3 * SIZE);
        for (int i = 0; i < 3; i++) {
            memory.add(filter(), home, i);
        }
        need(0);
        need(2);
        memory.add(filter(), home, 3);
        assertThat(home[0]).isNotNull();
        assertThat(home[1]).isNull();
        assertThat(home[2]).isNotNull();
        need(0);
        memory.add(filter(), home, 4);
        assertThat(home[0]).isNotNull();
        assertThat(home[4]).isNotNull();
        assertThat(memory.bytes()).isEqualTo(3 * SIZE);
    }

    @Test
    void holdsNothingWithoutRoom() {
        FilterMemory memory = new FilterMemory(0);
        memory.add(filter(), home, 0);
        assertThat(home[0]).isNull();
        assertThat(memory.bytes()).isZero();
    }

    @Test
    void countsNothingOfRunsThatAreNoMore() {
        FilterMemory memory = new FilterMemory(3 * SIZE);
        for (int i = 0; i < 10_000; i++) {
            memory.add(filter(), home, 0);
            memory.add(filter(), home, 1);
            memory.remove(home);
        }
        assertThat(memory.bytes()).isZero();
        for (int i = 0; i < 3; i++) {
            memory.add(filter(), home, i);
        }
        assertThat(home)
                .satisfies(all -> assertThat(all).filteredOn(one -> one != null).hasSize(3));
        assertThat(memory.bytes()).isEqualTo(3 * SIZE);
    }

    @Test
    void keepsNoFilterOfARunThatIsNoMore() {
        FilterMemory memory = new FilterMemory(100 * SIZE);
        List<WeakReference<IdentityFilter>> gone = new ArrayList<>();
        for (int run = 0; run < 10; run++) {
            @Nullable IdentityFilter[] filters = new IdentityFilter[3];
            for (int i = 0; i < filters.length; i++) {
                IdentityFilter filter = filter();
                gone.add(new WeakReference<>(filter));
                memory.add(filter, filters, i);
            }
            memory.remove(filters);
        }
        System.gc();
        assertThat(gone).allMatch(filter -> filter.refersTo(null));
        assertThat(memory.bytes()).isZero();
    }

    private void need(int number) {
        IdentityFilter filter = home[number];
        assertThat(filter).isNotNull();
        filter.need();
    }

    private static IdentityFilter filter() {
        return new IdentityFilter(0, new byte[PLACES]);
    }
}
