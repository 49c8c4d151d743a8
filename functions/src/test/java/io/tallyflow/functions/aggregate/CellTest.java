package io.tallyflow.functions.aggregate;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.schemas.quantity.Quantity;
import io.tallyflow.schemas.state.UsagePartial;
import io.tallyflow.schemas.state.UsagePartials;
import io.tallyflow.schemas.usage.UsageCell;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

final class CellTest {

    private static final UsageCell NAME = new UsageCell("m", "s", "{}", 0, 60_000);

    @Property(tries = 2_000, seed = "42")
    void comesToWhatThePartialsComeTo(@ForAll long seed) {
        Random random = new Random(seed);
        Cell cell = new Cell(NAME);
        UsagePartial wanted = UsagePartials.NONE;
        for (int i = 0; i < 60; i++) {
            BigDecimal value = value(random);
            long time = random.nextInt(20) - 10;
            String source = "s" + random.nextInt(2);
            String id = "i" + random.nextInt(3);
            UsagePartial after = UsagePartials.add(wanted, value, time, source, id);
            assertThat(cell.add(value, time, source, id)).isEqualTo(after != null);
            wanted = after == null ? wanted : after;
            assertThat(cell.partial()).isEqualTo(wanted);
            if (random.nextInt(20) == 0) {
                cell = new Cell(NAME, cell.partial());
            }
        }
    }

    @Property(tries = 20)
    void countsReadingsWithoutNumbers(@ForAll long seed) {
        Cell cell = new Cell(NAME);
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
