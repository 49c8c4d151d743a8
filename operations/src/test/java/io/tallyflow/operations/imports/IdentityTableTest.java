package io.tallyflow.operations.imports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class IdentityTableTest {

    @Test
    void tellsTheFirstOfEachThatIsNotKnown() {
        IdentityTable table = new IdentityTable(1 << 30);
        Random random = new Random(3);
        // High words of few kinds, so that places collide.
        long[][] all = new long[50_000][];
        for (int i = 0; i < all.length; i++) {
            all[i] = new long[] {random.nextInt(100) * 0x10000L, random.nextInt(400)};
            table.add(identity(all[i]));
        }
        Map<String, Boolean> known = new HashMap<>();
        for (int i = 0; i < 5_000; i++) {
            long[] one = {random.nextInt(120) * 0x10000L, random.nextInt(450)};
            table.know(identity(one));
            known.put(one[0] + " " + one[1], true);
        }
        for (long[] one : all) {
            assertThat(table.isFirst(identity(one)))
                    .isEqualTo(known.put(one[0] + " " + one[1], true) == null);
        }
        table.clear();
        assertThat(table.isEmpty()).isTrue();
        assertThatThrownBy(() -> table.isFirst(identity(all[0])))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void isFullWhenItsMemoryIs() {
        IdentityTable table = new IdentityTable(102 * 1_000);
        for (int i = 0; i < 1_000; i++) {
            assertThat(table.isFull()).isFalse();
            table.add(identity(i, i));
            table.add(identity(i, i));
        }
        assertThat(table.isFull()).isTrue();
        table.clear();
        assertThat(table.isFull()).isFalse();
        assertThat(new IdentityTable(0).isFull()).isFalse();
    }

    private static ByteBuffer identity(long... words) {
        return ByteBuffer.allocate(2 * Long.BYTES).putLong(words[0]).putLong(words[1]);
    }
}
