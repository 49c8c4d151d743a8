package io.tallyflow.schemas.usage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatComparable;

import java.util.List;
import org.junit.jupiter.api.Test;

final class UsageCellTest {

    private static final UsageCell CELL = new UsageCell("m", "s", "{}", 0, 60_000);

    @Test
    void isEqualInOrderOnlyToItsEqual() {
        assertThatComparable(CELL).isEqualByComparingTo(new UsageCell("m", "s", "{}", 0, 60_000));
        List<UsageCell> others =
                List.of(
                        new UsageCell("n", "s", "{}", 0, 60_000),
                        new UsageCell("m", "t", "{}", 0, 60_000),
                        new UsageCell("m", "s", "{}}", 0, 60_000),
                        new UsageCell("m", "s", "{}", 1, 60_000),
                        new UsageCell("m", "s", "{}", 0, 60_001));
        for (UsageCell other : others) {
            assertThat(CELL.compareTo(other)).isNegative();
            assertThat(other.compareTo(CELL)).isPositive();
        }
    }

    @Test
    void givesDistinctValuesAnOrderLikewise() {
        DistinctValue value = new DistinctValue(CELL, "v");
        assertThatComparable(value).isEqualByComparingTo(new DistinctValue(CELL, "v"));
        UsageCell later = new UsageCell("m", "s", "{}", 1, 60_000);
        for (DistinctValue other :
                List.of(new DistinctValue(CELL, "w"), new DistinctValue(later, "v"))) {
            assertThat(value.compareTo(other)).isNegative();
            assertThat(other.compareTo(value)).isPositive();
        }
    }
}
