package io.tallyflow.functions.identities;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallyflow.functions.identities.block.BlockCache;
import io.tallyflow.functions.identities.block.FilterMemory;
import io.tallyflow.functions.identities.block.IdentityHead;
import io.tallyflow.functions.identities.block.IdentityLimits;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class StoredIdentitiesTest {

    private static final IdentityLimits LIMITS = new IdentityLimits(100, 2, 2, 2, 2, 1_000);
    private static final long HOUR = Duration.ofHours(1).toMillis();

    private final BlocksInMemory blocks = new BlocksInMemory();
    private final RememberedIdentities identities =
            new RememberedIdentities(0, blocks, LIMITS, new BlockCache(0), new FilterMemory(0));

    @Test
    void countsWhatIsSealedAndWhatIsNotByTheHour() {
        for (long number = 0; number < 50; number++) {
            identities.put(number << 32, number, number % 5 * HOUR, 1);
        }
        identities.seal(11);
        for (long number = 50; number < 60; number++) {
            identities.put(number << 32, number, -1, 1);
            identities.log();
        }
        assertThat(StoredIdentities.perHour(blocks))
                .isEqualTo(Map.of(-1L, 10L, 0L, 10L, 1L, 10L, 2L, 10L, 3L, 10L, 4L, 10L));
    }

    @Test
    void countsAnIdentityThatCountedAgainOnceAndWithItsLastTime() {
        identities.put(7, 7, HOUR, 1);
        identities.put(8, 8, HOUR, 1);
        identities.seal(11);
        identities.put(7, 7, 9 * HOUR, 1);
        identities.seal(12);
        identities.put(8, 8, 8 * HOUR, 1);
        identities.log();
        assertThat(StoredIdentities.perHour(blocks)).isEqualTo(Map.of(9L, 1L, 8L, 1L));
    }

    @Test
    void findsNothingWhereThereIsNothing() {
        assertThat(StoredIdentities.perHour(blocks)).isEmpty();
    }

    @Test
    void refusesABlockOfAVersionThatIsNotKnown() {
        identities.put(7, 7, HOUR, 1);
        identities.log();
        blocks.put(IdentityHead.LOG, 0, new byte[] {9, 9, 9});
        assertThatThrownBy(() -> StoredIdentities.perHour(blocks))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("format 9");
    }
}
