package io.tallyflow.functions.aggregate;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.schemas.meter.Aggregation;
import io.tallyflow.schemas.quantity.Quantity;
import io.tallyflow.schemas.state.UsagePartial;
import io.tallyflow.schemas.state.UsagePartials;
import io.tallyflow.schemas.usage.UsageCell;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.WithNull;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class CellTest {

    private static final UsageCell NAME = new UsageCell("m", "s", "{}", 0, 60_000);

    @Property(tries = 4_000, seed = "42")
    void comesToWhatThePartialsComeTo(
            @ForAll long seed, @ForAll @WithNull @Nullable Aggregation aggregation) {
        Random random = new Random(seed);
        Cell cell = new Cell(NAME.meter(), NAME.subject(), NAME.group(), aggregation);
        UsagePartial wanted = UsagePartials.NONE;
        for (int i = 0; i < 60; i++) {
            BigDecimal value = value(random);
            long time = random.nextInt(20) - 10;
            String source = "s" + random.nextInt(2);
            String id = "i" + random.nextInt(3);
            UsagePartial after = UsagePartials.add(wanted, value, time, source, id);
            assertThat(cell.add(value, time, source, id)).isEqualTo(after != null);
            wanted = after == null ? wanted : after;
            assertThat(cell.partial()).isEqualTo(UsagePartials.keptBy(aggregation, wanted));
            if (random.nextInt(20) == 0) {
                cell = new Cell(NAME, random.nextBoolean() ? cell.partial() : wanted, aggregation);
            }
        }
    }

    /** What was kept without it is not made up. */
    @Test
    void goesOnFromAPartialThatLacksWhatItKeeps() {
        UsagePartial known = new UsagePartial(2, BigDecimal.TEN, null, null, null, 0, null, null);
        Cell cell = new Cell(NAME, known, Aggregation.MIN);
        assertThat(cell.partial()).isEqualTo(known);
        assertThat(cell.add(BigDecimal.ONE, 5, "s", "i")).isTrue();
        assertThat(cell.partial())
                .isEqualTo(
                        new UsagePartial(
                                3,
                                new BigDecimal("11"),
                                BigDecimal.ONE,
                                null,
                                null,
                                0,
                                null,
                                null));
    }

    @Property(tries = 20)
    void countsReadingsWithoutNumbers(@ForAll long seed) {
        Cell cell = new Cell(NAME.meter(), NAME.subject(), NAME.group(), Aggregation.COUNT);
        int readings = new Random(seed).nextInt(9);
        for (int i = 0; i < readings; i++) {
            assertThat(cell.add(null, i, "s", "i" + i)).isTrue();
        }
        assertThat(cell.partial())
                .isEqualTo(new UsagePartial(readings, null, null, null, null, 0, null, null));
    }

    /** Mostly small; now and then with as many digits as a quantity can have. */
    private static BigDecimal value(Random random) {
        int digits = random.nextInt(4) == 0 ? 1 + random.nextInt(38) : 1 + random.nextInt(6);
        int scale = random.nextInt(3) == 0 ? random.nextInt(Quantity.SCALE + 1) : 0;
        BigInteger unscaled = new BigInteger(digits * 3, random);
        BigDecimal value =
                Quantity.canonical(
                        new BigDecimal(random.nextBoolean() ? unscaled : unscaled.negate(), scale));
        return Quantity.inRange(value) ? value : BigDecimal.ONE;
    }
}
