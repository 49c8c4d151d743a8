package io.tallyflow.functions.aggregate;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.schemas.measure.Aggregation;
import io.tallyflow.schemas.usage.UsageCell;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class CellTableTest {

    private static final TimeWindow WINDOW = new TimeWindow(0, 60_000);

    private final KeptTexts texts = new KeptTexts();

    private int find(CellTable cells, String meter, String subject, String group) {
        return cells.find(meter, texts.subject(subject), texts.group(group));
    }

    private int add(
            CellTable cells, String meter, String subject, String group, Aggregation aggregation) {
        return cells.add(meter, texts.subject(subject), texts.group(group), aggregation);
    }

    @Property(tries = 300, seed = "43")
    void findsWhatWasAddedAndNothingElse(@ForAll long seed) {
        Random random = new Random(seed);
        int subjects = 1 + random.nextInt(60);
        CellTable cells = new CellTable(texts);
        Map<UsageCell, Integer> wanted = new HashMap<>();
        for (int i = 0; i < 400; i++) {
            String subject = "s" + random.nextInt(subjects);
            String group = "g" + random.nextInt(3);
            for (int meter = 0; meter < 4; meter++) {
                if (random.nextInt(3) > 0) {
                    UsageCell name = new UsageCell("m" + meter, subject, group, 0, 60_000);
                    assertThat(find(cells, name.meter(), subject, group))
                            .isEqualTo(wanted.getOrDefault(name, CellTable.NONE));
                    wanted.computeIfAbsent(
                            name, key -> add(cells, key.meter(), subject, group, Aggregation.SUM));
                }
            }
        }
        assertThat(cells.size()).isEqualTo(wanted.size());
        wanted.forEach((name, cell) -> assertThat(cells.name(cell, WINDOW)).isEqualTo(name));
        cells.clear();
        assertThat(cells.size()).isZero();
        wanted.forEach(
                (name, cell) ->
                        assertThat(find(cells, name.meter(), name.subject(), name.group()))
                                .isEqualTo(CellTable.NONE));
        assertThat(texts.bytes()).isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void looksAtNoMoreSlotsForTextsOfOneHashThanForOthers(boolean inGroups) {
        int count = 10_000;
        CellTable cells = new CellTable(texts);
        for (int i = 0; i < count; i++) {
            String text = TextsOfOneHash.text(i);
            add(cells, "m", inGroups ? "s" : text, inGroups ? text : "{}", Aggregation.COUNT);
        }
        assertThat(cells.probes()).isLessThan(2L * count);
    }

    /** Of windows that were released there may be very many. */
    @Test
    void takesNextToNothingWithoutCells() {
        CellTable cells = new CellTable(texts);
        assertThat(cells.bytes()).isLessThan(16);
        cells.change(add(cells, "m", "s", "{}", Aggregation.COUNT));
        assertThat(cells.bytes()).isGreaterThan(100);
        cells.clear();
        assertThat(cells.bytes()).isLessThan(16);
    }

    /** Both texts have one hash, so that they stand beside each other. */
    @Test
    void tellsTextsOfOneHashApart() {
        CellTable cells = new CellTable(texts);
        int first = add(cells, "m", "Aa", "{}", Aggregation.COUNT);
        assertThat(find(cells, "m", "BB", "{}")).isEqualTo(CellTable.NONE);
        int second = add(cells, "m", "BB", "{}", Aggregation.COUNT);
        assertThat(find(cells, "m", "Aa", "{}")).isEqualTo(first);
        assertThat(find(cells, "m", "BB", "{}")).isEqualTo(second);
        int third = add(cells, "m", "s", "Aa", Aggregation.COUNT);
        assertThat(find(cells, "m", "s", "BB")).isEqualTo(CellTable.NONE);
        assertThat(find(cells, "m", "s", "Aa")).isEqualTo(third);
    }

    @Test
    void tellsWhatChangedOnce() {
        CellTable cells = new CellTable(texts);
        for (int i = 0; i < 20; i++) {
            int cell = add(cells, "m", "s" + i, "{}", Aggregation.SUM);
            cells.numbers().add(cell, BigDecimal.ONE, i, "s", "i" + i);
            cells.change(cell);
            cells.change(cell);
        }
        List<KnownCell> unsent = cells.all(WINDOW);
        assertThat(unsent).hasSize(20).noneMatch(KnownCell::sent);
        assertThat(cells.takeChanged(WINDOW)).isEqualTo(unsent);
        assertThat(cells.takeChanged(WINDOW)).isEmpty();
        List<KnownCell> sent = cells.all(WINDOW);
        assertThat(sent).allMatch(KnownCell::sent);
        cells.change(7);
        assertThat(cells.takeChanged(WINDOW)).isEqualTo(sent.subList(7, 8));
    }

    @Test
    void takesMoreMemoryForMore() {
        CellTable cells = new CellTable(texts);
        long empty = cells.bytes();
        for (int i = 0; i < 100; i++) {
            add(cells, "m", "s" + i, "{}", Aggregation.SUM);
        }
        assertThat(cells.bytes()).isBetween(empty + 100 * 60, empty + 100 * 250);
        cells.clear();
        assertThat(cells.bytes()).isEqualTo(empty);
    }
}
