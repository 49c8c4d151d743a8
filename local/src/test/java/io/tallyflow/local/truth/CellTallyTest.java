package io.tallyflow.local.truth;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.schemas.measure.Aggregation;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class CellTallyTest {

    /** In the order of time, source and id, as bytes. */
    private static final List<Usage> MOMENTS =
            List.of(
                    usage(1, "\ud83d\ude80", "9", "10"),
                    usage(2, "a", "10", "20"),
                    usage(2, "a", "9", "30"),
                    usage(2, "b", "1", "40"),
                    usage(2, "\uff5e", "1", "50"),
                    usage(2, "\ud83d\ude80", "1", "60"),
                    usage(2, "\ud83d\ude80", "\uff5e", "70"),
                    usage(2, "\ud83d\ude80", "\ud83d\ude80", "80"));

    @Test
    void takesLatestByTimeThenSourceThenIdInWhateverOrderTheyCome() {
        for (int last = 1; last <= MOMENTS.size(); last++) {
            List<Usage> some = new ArrayList<>(MOMENTS.subList(0, last));
            String expected = Integer.toString(10 * last);
            assertThat(tally(Aggregation.LATEST, some).total().value())
                    .isEqualByComparingTo(expected);
            Collections.reverse(some);
            assertThat(tally(Aggregation.LATEST, some).total().value())
                    .isEqualByComparingTo(expected);
        }
    }

    @Test
    void keepsLatestWhenTalliesMeet() {
        CellTally early = tally(Aggregation.LATEST, MOMENTS.subList(0, 5));
        CellTally late = tally(Aggregation.LATEST, MOMENTS.subList(5, 8));
        early.merge(late);
        assertThat(early.total()).hasToString("80 of 8 readings");
        late.merge(tally(Aggregation.LATEST, MOMENTS.subList(0, 5)));
        assertThat(late.total()).hasToString("80 of 8 readings");
    }

    @Test
    void roundsAverageHalfAwayFromZero() {
        List<Usage> thirds = List.of(usage("1"), usage("0"), usage("1"));
        assertThat(tally(Aggregation.AVG, thirds).total().value())
                .isEqualByComparingTo("0.666666666666666667");
        List<Usage> halves = List.of(usage("-0.000000000000000001"), usage("0"));
        assertThat(tally(Aggregation.AVG, halves).total().value())
                .isEqualByComparingTo("-0.000000000000000001");
    }

    @Test
    void ignoresWhatWouldLiftTheSumTooHigh() {
        CellTally tally = new CellTally(Aggregation.MAX);
        assertThat(tally.add(usage("6e19"))).isNull();
        assertThat(tally.add(usage("7e19"))).isEqualTo("TOTAL_RANGE");
        assertThat(tally.add(usage("39999999999999999999.999999999999999999"))).isNull();
        assertThat(tally.total()).hasToString("60000000000000000000 of 2 readings");
    }

    private static CellTally tally(Aggregation aggregation, List<Usage> all) {
        CellTally tally = new CellTally(aggregation);
        all.forEach(usage -> assertThat(tally.add(usage)).isNull());
        return tally;
    }

    private static Usage usage(String number) {
        return usage(1, "a", "1", number);
    }

    private static Usage usage(long time, String source, String id, String number) {
        Written none = Written.MISSING;
        Payload payload = new Payload("{}", Written.number(number), none, List.of(none, none));
        return new Usage("storage", "customer-1", source, id, time, payload);
    }
}
