package io.tallyflow.schemas.measure;

import static io.tallyflow.schemas.event.AnEvent.anEvent;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.schemas.event.UsageEvent;
import io.tallyflow.schemas.quantity.Quantity;
import io.tallyflow.schemas.usage.Reading;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class UsagePartialsTest {

    @Test
    void keepsEverythingThatAnAggregationNeeds() {
        UsagePartial partial = UsagePartials.NONE;
        partial = added(partial, "123", 1_000, "s", "1");
        partial = added(partial, "0.4567890123456789", 3_000, "s", "2");
        partial = added(partial, "-7", 2_000, "s", "3");
        assertThat(partial)
                .isEqualTo(
                        new UsagePartial(
                                3,
                                new BigDecimal("116.4567890123456789"),
                                new BigDecimal("-7"),
                                new BigDecimal("123"),
                                new BigDecimal("0.4567890123456789"),
                                3_000,
                                "s",
                                "2"));
    }

    @Test
    void addsTenTenthsToExactlyOne() {
        UsagePartial partial = UsagePartials.NONE;
        for (int i = 0; i < 10; i++) {
            partial = added(partial, "0.1", i, "s", "i" + i);
        }
        assertThat(partial.sum()).isEqualTo(BigDecimal.ONE);
    }

    @Test
    void countsReadingsWithoutValueAndNothingElse() {
        UsagePartial one = UsagePartials.of(null, 5_000, "s", "1");
        UsagePartial two = UsagePartials.merge(one, UsagePartials.of(null, 6_000, "s", "2"));
        assertThat(two).isEqualTo(new UsagePartial(2, null, null, null, null, 0, null, null));
        assertThat(UsagePartials.add(two, null, 7_000, "s", "3"))
                .isEqualTo(new UsagePartial(3, null, null, null, null, 0, null, null));
    }

    @Test
    void takesTimeSourceAndIdOfAReadingFromItsEvent() {
        Reading reading = new Reading("m", "{}", 0, 60_000, new BigDecimal("5"), null);
        UsageEvent event = anEvent().subject("c").source("s").type("t").timeMicros(42).build();
        UsagePartial expected = one("5", 42, "s", "1");
        assertThat(reading.partial(event)).isEqualTo(expected);
        assertThat(reading.addTo(UsagePartials.NONE, event)).isEqualTo(expected);
    }

    @Test
    void takesTheLatestByTimeThenSourceThenIdAsBytes() {
        assertLater(one("1", 2, "a", "a"), one("9", 1, "z", "z"));
        assertLater(one("1", 1, "b", "a"), one("9", 1, "a", "z"));
        assertLater(one("1", 1, "a", "b"), one("9", 1, "a", "a"));
        assertLater(one("1", 1, "a", "10"), one("9", 1, "a", "1"));
        assertLater(one("1", 1, "\ud83d\ude80", "a"), one("9", 1, "\uff5e", "z"));
        assertLater(one("1", 1, "a", "\ud83d\ude80"), one("9", 1, "a", "\uff5e"));
        assertLater(one("1", -1, "a", "a"), one("9", -2, "a", "a"));
    }

    @Test
    void takesALatestOfZeroOverNone() {
        UsagePartial count = UsagePartials.of(null, 9, "z", "z");
        UsagePartial zero = one("0", -5, "a", "a");
        assertThat(UsagePartials.merge(count, zero).latest()).isEqualTo(BigDecimal.ZERO);
        assertThat(UsagePartials.merge(zero, count).latest()).isEqualTo(BigDecimal.ZERO);
    }

    @Test
    void refusesAReadingThatWouldLiftTheSumToTheLimit() {
        UsagePartial most = one("99999999999999999999", 1, "s", "1");
        assertThat(add(most, "1", 2, "s", "2")).isNull();
        assertThat(add(most, "0.999999999999999999", 2, "s", "2"))
                .extracting(UsagePartial::sum)
                .isEqualTo(new BigDecimal("99999999999999999999.999999999999999999"));
        UsagePartial least = one("-99999999999999999999", 1, "s", "1");
        assertThat(add(least, "-1", 2, "s", "2")).isNull();
        assertThat(add(least, "1", 2, "s", "2")).isNotNull();
    }

    @Test
    void mergesCellsBeyondTheLimitOfOne() {
        UsagePartial most = one("99999999999999999999", 1, "s", "1");
        assertThat(UsagePartials.merge(most, one("1", 2, "s", "2")).sum())
                .isEqualTo(Quantity.LIMIT);
    }

    @Test
    void makesEqualPartialsOfEqualQuantities() {
        assertThat(one("1.00", 1, "s", "1")).isEqualTo(one("1", 1, "s", "1"));
        UsagePartial whole = UsagePartials.merge(one("0.5", 1, "s", "1"), one("0.5", 1, "s", "2"));
        assertThat(whole.sum()).isEqualTo(BigDecimal.ONE);
    }

    @Property(seed = "6002")
    void mergesAssociatively(
            @ForAll("partials") UsagePartial a,
            @ForAll("partials") UsagePartial b,
            @ForAll("partials") UsagePartial c) {
        assertThat(UsagePartials.merge(UsagePartials.merge(a, b), c))
                .isEqualTo(UsagePartials.merge(a, UsagePartials.merge(b, c)));
    }

    @Property(seed = "6003")
    void mergesCommutativelyWithNoneAsIdentity(
            @ForAll("partials") UsagePartial a, @ForAll("partials") UsagePartial b) {
        assertThat(UsagePartials.merge(a, b)).isEqualTo(UsagePartials.merge(b, a));
        assertThat(UsagePartials.merge(a, UsagePartials.NONE)).isEqualTo(a);
        assertThat(UsagePartials.merge(UsagePartials.NONE, a)).isEqualTo(a);
    }

    /** Whatever else a meter sees, what it shows is the same as if all had been kept. */
    @Property(seed = "6006")
    void showsTheSameOfWhatAMeterKeeps(
            @ForAll Aggregation aggregation,
            @ForAll("partials") UsagePartial a,
            @ForAll("partials") UsagePartial b) {
        UsagePartial kept =
                UsagePartials.merge(
                        UsagePartials.keptBy(aggregation, a), UsagePartials.keptBy(aggregation, b));
        UsagePartial whole = UsagePartials.merge(a, b);
        assertThat(aggregation.valueOf(kept, 3)).isEqualTo(aggregation.valueOf(whole, 3));
        assertThat(kept).isEqualTo(UsagePartials.keptBy(aggregation, whole));
        assertThat(UsagePartials.merge(kept, b).sum())
                .isEqualTo(UsagePartials.merge(whole, b).sum());
    }

    @Test
    void keepsNoMoreThanAMeterShows() {
        BigDecimal five = new BigDecimal("5");
        UsagePartial one = one("5", 7, "s", "1");
        assertThat(UsagePartials.keptBy(Aggregation.SUM, one))
                .isEqualTo(new UsagePartial(1, five, null, null, null, 0, null, null));
        assertThat(UsagePartials.keptBy(Aggregation.MIN, one))
                .isEqualTo(new UsagePartial(1, five, five, null, null, 0, null, null));
        assertThat(UsagePartials.keptBy(Aggregation.MAX, one))
                .isEqualTo(new UsagePartial(1, five, null, five, null, 0, null, null));
        assertThat(UsagePartials.keptBy(Aggregation.LATEST, one))
                .isEqualTo(new UsagePartial(1, five, null, null, five, 7, "s", "1"));
        assertThat(UsagePartials.keptBy(null, one)).isEqualTo(one);
    }

    @Property(seed = "6005")
    void addsAReadingAsItMergesOne(
            @ForAll("partials") UsagePartial partial, @ForAll("partials") UsagePartial other) {
        BigDecimal value = other.sum();
        long time = other.latestTimeMicros();
        UsagePartial merged =
                UsagePartials.merge(partial, UsagePartials.of(value, time, "source", "id"));
        UsagePartial added = UsagePartials.add(partial, value, time, "source", "id");
        boolean fits = merged.sum() == null || Quantity.inRange(merged.sum());
        assertThat(added).isEqualTo(fits ? merged : null);
    }

    @Property(seed = "6004", tries = 500)
    void dependsNeitherOnOrderNorOnHowReadingsAreSplit(
            @ForAll("readings") List<UsagePartial> readings, @ForAll long shuffle) {
        UsagePartial expected = merged(readings);
        List<UsagePartial> shuffled = new ArrayList<>(readings);
        Random random = new Random(shuffle);
        Collections.shuffle(shuffled, random);
        int cut = random.nextInt(readings.size() + 1);
        UsagePartial left = merged(shuffled.subList(0, cut));
        UsagePartial right = merged(shuffled.subList(cut, shuffled.size()));
        assertThat(UsagePartials.merge(left, right)).isEqualTo(expected);
        assertThat(expected.readings()).isEqualTo(readings.size());
        BigDecimal sum =
                readings.stream()
                        .map(UsagePartial::sum)
                        .filter(Objects::nonNull)
                        .reduce(BigDecimal.ZERO, BigDecimal::add);
        assertThat(expected.sum() == null ? BigDecimal.ZERO : expected.sum())
                .isEqualByComparingTo(sum);
    }

    @Provide
    Arbitrary<UsagePartial> reading() {
        Arbitrary<@Nullable BigDecimal> value =
                Arbitraries.bigDecimals()
                        .between(new BigDecimal("-99999999999"), new BigDecimal("99999999999"))
                        .ofScale(18)
                        .injectNull(0.1);
        Arbitrary<String> texts = Arbitraries.of("a", "aa", "b", "\uff5e", "\ud83d\ude80");
        return Combinators.combine(value, Arbitraries.longs().between(-2, 2), texts, texts)
                .as(UsagePartials::of);
    }

    @Provide
    Arbitrary<List<UsagePartial>> readings() {
        return reading().list().ofMaxSize(30);
    }

    @Provide
    Arbitrary<UsagePartial> partials() {
        return reading().list().ofMaxSize(5).map(UsagePartialsTest::merged);
    }

    private static UsagePartial merged(List<UsagePartial> partials) {
        return partials.stream().reduce(UsagePartials.NONE, UsagePartials::merge);
    }

    private static void assertLater(UsagePartial later, UsagePartial earlier) {
        BigDecimal expected = Objects.requireNonNull(later.latest());
        assertThat(UsagePartials.merge(later, earlier).latest()).isEqualTo(expected);
        assertThat(UsagePartials.merge(earlier, later).latest()).isEqualTo(expected);
    }

    private static UsagePartial one(String value, long micros, String source, String id) {
        return UsagePartials.of(new BigDecimal(value), micros, source, id);
    }

    private static UsagePartial added(
            UsagePartial partial, String value, long micros, String source, String id) {
        return Objects.requireNonNull(add(partial, value, micros, source, id));
    }

    private static @Nullable UsagePartial add(
            UsagePartial partial, String value, long micros, String source, String id) {
        return UsagePartials.add(partial, new BigDecimal(value), micros, source, id);
    }
}
