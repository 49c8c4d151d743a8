package io.tallyflow.schemas.progress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallyflow.schemas.event.Lane;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class LaneCountsTest {

    private static final LaneCounts ONE_TO_TEN = LaneCounts.inOrder(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);

    @Test
    void areAddedCountByCount() {
        assertThat(ONE_TO_TEN.plus(ONE_TO_TEN).plus(LaneCounts.ZERO))
                .isEqualTo(LaneCounts.inOrder(2, 4, 6, 8, 10, 12, 14, 16, 18, 20))
                .hasSameHashCodeAs(LaneCounts.inOrder(2, 4, 6, 8, 10, 12, 14, 16, 18, 20))
                .isNotEqualTo(ONE_TO_TEN);
    }

    @Test
    void tellWhatIsInLanes() {
        assertThat(ONE_TO_TEN.inLanes()).isEqualTo(2 + 3 + 4 + 5 + 6 + 7);
    }

    @Test
    void cannotBeChangedFromOutside() {
        long[] values = ONE_TO_TEN.values();
        LaneCounts counts = new LaneCounts(values);
        values[0] = 77;
        counts.values()[1] = 77;
        assertThat(counts).isEqualTo(ONE_TO_TEN);
    }

    @Test
    void thatWereStoredBeforeTheLastOnesCameAreReadAsNothingOfThose() {
        assertThat(LaneCounts.stored(new long[] {1, 2}))
                .isEqualTo(LaneCounts.inOrder(1, 2, 0, 0, 0, 0, 0, 0, 0, 0));
        assertThatThrownBy(() -> LaneCounts.stored(new long[Count.all().size() + 1]))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void showTheirNames() {
        assertThat(ONE_TO_TEN)
                .hasToString(
                        "LaneCounts[consumed=1, metered=2, unmatched=3, duplicate=4, conflict=5,"
                                + " stale=6, rejected=7, readings=8, adjusted=9, ignored=10]");
    }

    @ParameterizedTest
    @EnumSource(Lane.class)
    void haveOneForEveryLane(Lane lane) {
        assertThat(Count.all().stream().filter(count -> count.lane() == lane))
                .containsExactly(Count.of(lane));
        assertThat(Count.of(lane).column()).isEqualToIgnoringCase(lane.name());
    }
}
