package io.tallyflow.results;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.results.TextTable.Column;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TextTableTest {

    private static final List<Column> COLUMNS = List.of(Column.text("name"), Column.number("n"));

    @Test
    void alignsTextLeftAndNumbersRight() {
        assertThat(TextTable.lines(COLUMNS, List.of(List.of("a", "100"), List.of("🙂é", "7"))))
                .containsExactly("name    n", "a     100", "🙂é      7");
    }

    @Test
    void showsControlCharactersInsteadOfObeyingThem() {
        assertThat(TextTable.lines(COLUMNS, List.of(List.of("a\n\u001b[2J", "1"))).get(1))
                .isEqualTo("a\\u000a\\u001b[2J  1");
    }

    @Test
    void letsACellThatWasNotMeasuredStickOut() {
        TextTable table = TextTable.fitting(COLUMNS, List.of());
        assertThat(table.line(List.of("longer than that", "1"))).isEqualTo("longer than that  1");
    }
}
