package io.tallyflow.functions.aggregate;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class RecentTextsTest {

    private final KeptTexts all = new KeptTexts();

    @Test
    void findsTheTextThatIsHeldForEachEqualOne() {
        KeptText first = all.hold(all.subject(text("a", 1)));
        all.subject(text("a", 2));
        assertThat(all.subject(text("a", 1))).isSameAs(first);
        assertThat(all.subject(text("a", 1))).isSameAs(first);
    }

    @Test
    void findsWhatWasMadeAnewAfterTheLastHolderWentAway() {
        KeptText first = all.hold(all.subject(text("a", 1)));
        assertThat(all.subject(text("a", 1))).isSameAs(first);
        all.release(first);
        KeptText second = all.hold(all.find(text("a", 1)));
        assertThat(all.subject(text("a", 1))).isSameAs(second).isNotSameAs(first);
    }

    @Test
    void answersWithAnEqualTextHoweverManyThereAre() {
        for (int i = 0; i < 100_000; i++) {
            KeptText held = all.hold(all.subject(text("subject-", i)));
            assertThat(held.text()).isEqualTo(text("subject-", i));
            assertThat(all.subject(text("subject-", i))).isSameAs(held);
        }
    }

    @Test
    void tellsTextsOfOneHashApart() {
        KeptText first = all.hold(all.subject("Aa"));
        KeptText second = all.hold(all.subject("BB"));
        assertThat(second).isNotSameAs(first);
        assertThat(all.subject("Aa")).isSameAs(first);
        assertThat(all.subject("BB")).isSameAs(second);
    }

    private static String text(String start, int number) {
        return start + number;
    }
}
