package io.tallyflow.functions.aggregate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallyflow.functions.memory.HeapBytes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

final class KeptTextsTest {

    private final KeptTexts texts = new KeptTexts();

    @Property(tries = 100, seed = "44")
    void keepsOneObjectOfEachTextFromItsFirstHolderToItsLast(@ForAll long seed) {
        Random random = new Random(seed);
        KeptTexts kept = new KeptTexts();
        Map<String, KeptText> wanted = new HashMap<>();
        List<KeptText> holders = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            boolean grows = random.nextInt(1_000) < (i < 1_000 ? 700 : 300);
            if (grows || holders.isEmpty()) {
                String text = "t" + random.nextInt(300);
                KeptText held =
                        kept.hold(random.nextBoolean() ? kept.group(text) : kept.find(text));
                assertThat(held).isSameAs(wanted.getOrDefault(text, held));
                wanted.put(text, held);
                holders.add(held);
            } else {
                KeptText gone = holders.remove(random.nextInt(holders.size()));
                kept.release(gone);
                if (!gone.isHeld()) {
                    wanted.remove(gone.text());
                }
            }
        }
        wanted.forEach((text, held) -> assertThat(kept.find(text)).isSameAs(held));
        holders.forEach(kept::release);
        assertThat(kept.bytes()).isZero();
    }

    @Test
    void countsATextOnceHoweverManyHoldIt() {
        KeptText first = texts.hold(texts.subject("customer"));
        long one = texts.bytes();
        assertThat(one).isGreaterThan(HeapBytes.ofText("customer"));
        for (int i = 0; i < 100; i++) {
            assertThat(texts.hold(texts.subject("customer"))).isSameAs(first);
        }
        assertThat(texts.bytes()).isEqualTo(one);
        for (int i = 0; i < 100; i++) {
            texts.release(first);
        }
        assertThat(texts.bytes()).isEqualTo(one);
        texts.release(first);
        assertThat(texts.bytes()).isZero();
        assertThatThrownBy(() -> texts.release(first)).hasMessageContaining("customer");
    }

    @Test
    void takesTheOneThatIsHeldInThePlaceOfAnotherOfItsText() {
        KeptText early = texts.find("customer");
        KeptText held = texts.hold(texts.find("customer"));
        assertThat(texts.hold(early)).isSameAs(held);
    }

    @Test
    void looksAtNoMoreSlotsForTextsOfOneHashThanForOthers() {
        int count = 10_000;
        for (int i = 0; i < count; i++) {
            texts.hold(texts.find(TextsOfOneHash.text(i)));
        }
        assertThat(texts.probes()).isLessThan(2L * count);
    }
}
