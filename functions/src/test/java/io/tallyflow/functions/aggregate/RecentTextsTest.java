package io.tallyflow.functions.aggregate;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class RecentTextsTest {

    @Test
    void makesEqualTextsOne() {
        RecentTexts texts = new RecentTexts();
        String first = texts.sameText(text("a", 1));
        texts.sameText(text("a", 2));
        assertThat(texts.sameText(text("a", 1))).isSameAs(first);
    }

    @Test
    void answersWithAnEqualTextHoweverManyThereAre() {
        RecentTexts texts = new RecentTexts();
        for (int i = 0; i < 100_000; i++) {
            assertThat(texts.sameText(text("subject-", i))).isEqualTo(text("subject-", i));
        }
    }

    @Test
    void tellsTextsOfOneHashApart() {
        RecentTexts texts = new RecentTexts();
        assertThat(texts.sameText("Aa")).isEqualTo("Aa");
        assertThat(texts.sameText("BB")).isEqualTo("BB");
        assertThat(texts.sameText("Aa")).isEqualTo("Aa");
    }

    private static String text(String start, int number) {
        return start + number;
    }
}
