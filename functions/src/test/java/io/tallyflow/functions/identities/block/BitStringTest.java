package io.tallyflow.functions.identities.block;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

final class BitStringTest {

    @Property(tries = 500)
    void readsWhatWasAppended(
            @ForAll @Size(max = 40) List<@IntRange(max = 64) Integer> widths, @ForAll long value) {
        int first = 3;
        byte[] bytes = new byte[first + widths.size() * Long.BYTES + Long.BYTES];
        BitString bits = new BitString(bytes, first);
        for (int width : widths) {
            bits.append(BitString.lowest(value, width), width);
        }
        bits.end();
        long at = first * (long) Byte.SIZE;
        for (int width : widths) {
            assertThat(BitString.read(bytes, at, width)).isEqualTo(BitString.lowest(value, width));
            at += width;
        }
    }
}
