package io.tallyflow.functions.identities;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.functions.identities.block.FirstSeen;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class RecentIdentitiesTest {

    private static final int MANY = 10_000;

    private final RecentIdentities recent = new RecentIdentities(MANY);

    @Test
    void dropsTheOldestCopiesFirst() {
        put(0, MANY);
        recent.seal();
        recent.keepCopiesWithin(recent.bytes() / 2);
        int dropped = firstKnown();
        assertThat(dropped).isBetween(MANY / 3, MANY - MANY / 8);
        assertThat(known(dropped, MANY)).isEqualTo(MANY - dropped);
    }

    @Test
    void keepsWhatIsNotSealedWhateverItTakes() {
        put(0, MANY);
        recent.seal();
        put(MANY, 3 * MANY);
        recent.keepCopiesWithin(0);
        put(3 * MANY, 4 * MANY);
        assertThat(known(0, MANY)).isZero();
        assertThat(known(MANY, 4 * MANY)).isEqualTo(3 * MANY);
        assertThat(recent.unsealed().size()).isEqualTo(recent.unsealedCount());
        assertThat(recent.unsealedCount()).isEqualTo(3 * MANY);
    }

    @Test
    void doesNotGrowBeyondItsBytesForTheSakeOfCopies() {
        long most = 64L * 1024;
        recent.keepCopiesWithin(most);
        for (int i = 0; i < MANY; i += 100) {
            put(i, i + 100);
            recent.seal();
            assertThat(recent.bytes()).isLessThanOrEqualTo(most);
        }
        assertThat(known(0, MANY)).isGreaterThan(700);
    }

    @Test
    void countsAnIdentityThatIsPutAgainOnce() {
        put(0, 10);
        recent.seal();
        put(5, 15);
        put(5, 15);
        assertThat(recent.unsealedCount()).isEqualTo(10);
        assertThat(recent.unsealed().size()).isEqualTo(10);
    }

    @Test
    void beginsAnewWhenGenerationsRunOut() {
        for (int i = 0; i < 2 * Generations.LAST; i++) {
            put(i % 5, i % 5 + 1);
            assertThat(recent.unsealedCount()).isOne();
            recent.seal();
        }
        put(7, 8);
        assertThat(recent.first(Hashes.UNIFORM.high(7), Hashes.UNIFORM.low(7)))
                .isEqualTo(new FirstSeen(7, 7));
        assertThat(recent.unsealed().size()).isOne();
    }

    private void put(int from, int to) {
        IntStream.range(from, to)
                .forEach(i -> recent.visit(Hashes.UNIFORM.high(i), Hashes.UNIFORM.low(i), i, i));
    }

    private int known(int from, int to) {
        return (int) IntStream.range(from, to).filter(this::isKnown).count();
    }

    private int firstKnown() {
        return IntStream.range(0, MANY).filter(this::isKnown).findFirst().orElse(MANY);
    }

    private boolean isKnown(int number) {
        FirstSeen first = recent.first(Hashes.UNIFORM.high(number), Hashes.UNIFORM.low(number));
        assertThat(first).isIn(null, new FirstSeen(number, number));
        return first != null;
    }
}
