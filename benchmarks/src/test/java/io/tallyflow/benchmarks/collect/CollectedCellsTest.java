package io.tallyflow.benchmarks.collect;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.benchmarks.workload.CellSum;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The table of last results against a map. */
final class CollectedCellsTest {

    @Test
    void holdsTheLastValueOfEachCellHoweverManyThereAre() {
        CollectedCells table = new CollectedCells();
        Map<Long, Long> map = new HashMap<>();
        Random random = new Random(1);
        for (int i = 0; i < 100_000; i++) {
            // Some of them far apart, some in a row.
            long cell = 1 + (i % 2 == 0 ? random.nextInt(30_000) : (long) random.nextInt(9) << 40);
            long value = random.nextLong();
            table.put(cell, value);
            map.put(cell, value);
        }
        CellSum expected = CellSum.NONE;
        for (Map.Entry<Long, Long> entry : map.entrySet()) {
            expected = expected.plus(entry.getKey(), entry.getValue());
        }
        assertThat(table.sum()).isEqualTo(expected);
    }

    @Test
    void partsOfACellBecomeOne() {
        CollectedCells left = new CollectedCells();
        left.put(1, 10);
        left.put(2, 20);
        CollectedCells right = new CollectedCells();
        right.put(2, 5);
        right.put(3, 30);
        left.mergeInto(right, Long::sum);
        assertThat(right.sum()).isEqualTo(CellSum.NONE.plus(1, 10).plus(2, 25).plus(3, 30));
    }
}
