package io.tallyflow.functions.paths;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class NameTableTest {

    private static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    @Property(tries = 300)
    void findsTheNamesThatItHasAndNoOthersWhereverTheyLie(
            @ForAll @Size(max = 40) Set<@StringLength(max = 30) String> names,
            @ForAll @Size(max = 40) Set<@StringLength(max = 30) String> others) {
        Set<String> wellFormed = new HashSet<>();
        names.forEach(name -> wellFormed.add(utf8(utf8(name))));
        Map<String, String> entries = new HashMap<>();
        wellFormed.forEach(name -> entries.put(name, name));
        NameTable<String> table = new NameTable<>(entries);
        assertThat(wellFormed).allMatch(name -> name.equals(get(table, utf8(name))));
        for (String other : others) {
            String name = utf8(utf8(other));
            assertThat(get(table, utf8(name))).isEqualTo(entries.get(name));
        }
    }

    @Test
    void tellsNamesApartWhoseKeysMeet() {
        byte[] name = utf8("exactly_16_bytes");
        byte[] other = name.clone();
        other[0] ^= 1;
        // What the first words differ by is made good in the second.
        long first = NameTable.key(name, 0, 16);
        LONGS.set(other, 8, (long) LONGS.get(other, 8) ^ differenceBehindFirst(name, other));
        assertThat(NameTable.key(other, 0, 16)).isEqualTo(first);
        NameTable<String> table = new NameTable<>(Map.of("exactly_16_bytes", "found"));
        assertThat(get(table, name)).isEqualTo("found");
        assertThat(get(table, other)).isNull();
    }

    private static long differenceBehindFirst(byte[] name, byte[] other) {
        return behindFirst(name) ^ behindFirst(other);
    }

    private static long behindFirst(byte[] name) {
        long spread = 0x9E37_79B9_7F4A_7C15L;
        return Long.rotateLeft(16 ^ (long) LONGS.get(name, 0), 29) * spread;
    }

    private static @Nullable String get(NameTable<String> table, byte[] name) {
        for (int after : new int[] {0, 1, 20}) {
            byte[] json = new byte[3 + name.length + after];
            java.util.Arrays.fill(json, (byte) 'x');
            System.arraycopy(name, 0, json, 3, name.length);
            int end = 3 + name.length;
            String found = table.get(json, 3, end, NameTable.key(json, 3, end));
            if (after == 20) {
                return found;
            }
            assertThat(found)
                    .isEqualTo(
                            table.get(name, 0, name.length, NameTable.key(name, 0, name.length)));
        }
        throw new AssertionError();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String utf8(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
