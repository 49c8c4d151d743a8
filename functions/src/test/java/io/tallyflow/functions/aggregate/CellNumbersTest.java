package io.tallyflow.functions.aggregate;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.schemas.measure.Aggregation;
import io.tallyflow.schemas.measure.UsagePartial;
import io.tallyflow.schemas.measure.UsagePartials;
import io.tallyflow.schemas.quantity.Quantity;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.WithNull;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class CellNumbersTest {

    private static final int CELLS = 3;

    @Property(tries = 4_000, seed = "42")
    void comeToWhatThePartialsComeTo(
            @ForAll long seed, @ForAll @WithNull @Nullable Aggregation aggregation) {
        Random random = new Random(seed);
        CellNumbers numbers = begun(aggregation);
        UsagePartial[] wanted = new UsagePartial[CELLS];
        Arrays.fill(wanted, UsagePartials.NONE);
        for (int i = 0; i < 60; i++) {
            int cell = random.nextInt(CELLS);
            BigDecimal value = value(random);
            long time = random.nextInt(20) - 10;
            String source = "s" + random.nextInt(2);
            String id = "i" + random.nextInt(3);
            UsagePartial after = UsagePartials.add(wanted[cell], value, time, source, id);
            assertThat(numbers.add(cell, value, time, source, id)).isEqualTo(after != null);
            wanted[cell] = after == null ? wanted[cell] : after;
            if (random.nextInt(20) == 0) {
                numbers.become(cell, random.nextBoolean() ? numbers.partial(cell) : wanted[cell]);
            }
            if (random.nextInt(30) == 0) {
                numbers.grow(CELLS + i);
            }
            for (int other = 0; other < CELLS; other++) {
                assertThat(numbers.partial(other))
                        .isEqualTo(UsagePartials.keptBy(aggregation, wanted[other]));
            }
        }
    }

    private static CellNumbers begun(@Nullable Aggregation aggregation) {
        CellNumbers numbers = new CellNumbers();
        numbers.grow(CELLS);
        for (int cell = 0; cell < CELLS; cell++) {
            numbers.begin(cell, aggregation);
        }
        return numbers;
    }

    /** What was kept without it is not made up. */
    @Test
    void goOnFromAPartialThatLacksWhatTheyKeep() {
        UsagePartial known = new UsagePartial(2, BigDecimal.TEN, null, null, null, 0, null, null);
        CellNumbers numbers = begun(Aggregation.MIN);
        numbers.become(0, known);
        assertThat(numbers.partial(0)).isEqualTo(known);
        assertThat(numbers.add(0, BigDecimal.ONE, 5, "s", "i")).isTrue();
        assertThat(numbers.partial(0))
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
    void countReadingsWithoutNumbers(@ForAll long seed) {
        CellNumbers numbers = begun(Aggregation.COUNT);
        int readings = new Random(seed).nextInt(9);
        for (int i = 0; i < readings; i++) {
            assertThat(numbers.add(1, null, i, "s", "i" + i)).isTrue();
        }
        assertThat(numbers.partial(1))
                .isEqualTo(new UsagePartial(readings, null, null, null, null, 0, null, null));
    }

    /** The digits of one reading fit, those of the sum do not for ever. */
    @ParameterizedTest
    @ValueSource(strings = {"99999999999999999", "-99999999999999999", "0.99999999999999999"})
    void addUpBeyondWhat64BitsHold(String value) {
        CellNumbers numbers = begun(Aggregation.SUM);
        int readings = 250;
        for (int i = 0; i < readings; i++) {
            assertThat(numbers.add(2, new BigDecimal(value), i, "s", "i" + i)).isTrue();
        }
        assertThat(numbers.partial(2).sum())
                .isEqualByComparingTo(new BigDecimal(value).multiply(BigDecimal.valueOf(readings)));
        assertThat(numbers.partial(2).readings()).isEqualTo(readings);
    }

    @Test
    void keepAChangeApartFromTheNumbers() {
        CellNumbers numbers = begun(Aggregation.SUM);
        assertThat(numbers.markChanged(1)).isTrue();
        numbers.add(1, new BigDecimal("0.5"), 1, "s", "1");
        numbers.become(1, numbers.partial(1));
        assertThat(numbers.markChanged(1)).isFalse();
        assertThat(numbers.markChanged(0)).isTrue();
        numbers.takeChange(1);
        assertThat(numbers.markChanged(1)).isTrue();
        assertThat(numbers.partial(1).sum()).isEqualTo(new BigDecimal("0.5"));
    }

    /** What does not fit the numbers is given back when it is gone. */
    @Test
    void accountForObjects() {
        CellNumbers numbers = begun(Aggregation.SUM);
        long compact = numbers.bytes();
        long withPlaces = 0;
        for (int i = 0; i < 3; i++) {
            numbers.add(0, new BigDecimal("99999999999999999999"), 1, "s", "1");
            long exact = numbers.bytes();
            numbers.add(0, new BigDecimal("-99999999999999999999"), 1, "s", "2");
            assertThat(numbers.bytes()).isBetween(compact, exact - 1);
            // The places for objects stay; the objects do not add up.
            assertThat(numbers.bytes()).isEqualTo(i == 0 ? numbers.bytes() : withPlaces);
            withPlaces = numbers.bytes();
        }
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
