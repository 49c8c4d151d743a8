package io.tallyflow.functions.hash;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.apache.flink.shaded.guava33.com.google.common.hash.Hashing;
import org.junit.jupiter.api.Test;

final class SecretHashTest {

    @Property(tries = 500, seed = "45")
    void isSipHashOfTheCharacters(@ForAll String text, @ForAll long key0, @ForAll long key1) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_16LE);
        if (new String(bytes, StandardCharsets.UTF_16LE).equals(text)) {
            assertThat(new SecretHash(key0, key1).of(text))
                    .isEqualTo(Hashing.sipHash24(key0, key1).hashBytes(bytes).asLong());
        }
    }

    /** Whose length in bytes does not fit the byte that the last word has for it. */
    @Test
    void isSipHashOfALongText() {
        String text = "ü".repeat(new Random(1).nextInt(1_000) + 200);
        byte[] bytes = text.getBytes(StandardCharsets.UTF_16LE);
        assertThat(new SecretHash(1, 2).of(text))
                .isEqualTo(Hashing.sipHash24(1, 2).hashBytes(bytes).asLong());
    }

    @Test
    void isAnotherOneForEachObject() {
        assertThat(new SecretHash().of("customer")).isNotEqualTo(new SecretHash().of("customer"));
    }
}
