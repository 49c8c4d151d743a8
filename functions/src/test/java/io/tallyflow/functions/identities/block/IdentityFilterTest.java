package io.tallyflow.functions.identities.block;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.functions.identities.Hashes;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

final class IdentityFilterTest {

    @Property(tries = 200)
    void givesBackTheTailOfEveryIdentity(
            @ForAll @IntRange(min = 1, max = 2_000) int size, @ForAll Hashes hashes) {
        IdentityBatch batch = batch(size, hashes);
        IdentityFilter filter = filter(batch);
        for (int i = 0; i < batch.size(); i++) {
            assertThat(filter.mayHold(batch.high(i), batch.low(i))).isTrue();
            if (filter.tailBits() > 0) {
                assertThat(filter.tail(batch.high(i), batch.low(i) & ~0xFF))
                        .isEqualTo((int) batch.low(i) & 0xFF);
            }
        }
    }

    @Test
    void takesOneOf256OthersForItsOwn() {
        IdentityFilter filter = filter(batch(10_000, Hashes.UNIFORM));
        assertThat(mistaken(filter, Hashes.UNIFORM)).isBetween(300, 500);
        assertThat(filter.tailBits()).isEqualTo(8);
    }

    @Test
    void isNotFooledByEqualTails() {
        IdentityFilter filter = filter(batch(10_000, Hashes.ALIKE_BUT_FOR_THE_FRONT));
        assertThat(mistaken(filter, Hashes.ALIKE_BUT_FOR_THE_FRONT)).isBetween(300, 500);
    }

    @Test
    void knowsNothingOfIdentitiesThatDifferInTheirTailsOnly() {
        IdentityFilter filter = filter(batch(2, Hashes.ALIKE_BUT_FOR_THE_END));
        assertThat(filter.tailBits()).isZero();
        assertThat(filter.mayHold(1, 2)).isTrue();
    }

    private static int mistaken(IdentityFilter filter, Hashes hashes) {
        int mistaken = 0;
        for (int i = 10_000; i < 110_000; i++) {
            mistaken += filter.mayHold(hashes.high(i), hashes.low(i)) ? 1 : 0;
        }
        return mistaken;
    }

    private static IdentityFilter filter(IdentityBatch sorted) {
        return FilterPlan.filterOf(sorted, 0, sorted.size());
    }

    private static IdentityBatch batch(int size, Hashes hashes) {
        IdentityBatch batch = new IdentityBatch(size);
        for (int i = 0; i < size; i++) {
            batch.visit(hashes.high(i), hashes.low(i), i, i);
        }
        return batch.sorted();
    }
}
