package io.tallyflow.local.truth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallyflow.schemas.event.Lane;
import io.tallyflow.schemas.event.RejectionReason;
import io.tallyflow.schemas.measure.Aggregation;
import io.tallyflow.schemas.progress.Count;
import io.tallyflow.schemas.usage.IgnoredReason;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UsageGeneratorTest {

    private static final long START = 1_790_000_000_000L;
    private static final GeneratorSettings SETTINGS =
            GeneratorSettings.anHour(7, 40_000, START).withOverflow();

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void knowsOfEveryRecordWhatOneReadsFromItsBytes(long seed) {
        GeneratorSettings settings = GeneratorSettings.anHour(seed, 20_000, START).withOverflow();
        NaiveMetering naive = new NaiveMetering();
        new UsageGenerator(settings)
                .forEachRemaining(
                        record ->
                                assertThat(naive.read(record))
                                        .as(() -> describe(record))
                                        .isEqualTo(record.outcome().lane()));
        Truth truth = new Truth(settings);
        truth.advanceToEnd();

        assertSame(truth, naive);
    }

    @Test
    void isTrueForThePrefixThatAnyOffsetsName() {
        Map<Integer, List<GeneratedRecord>> partitions = byPartition();
        Random random = new Random(11);
        Truth truth = new Truth(SETTINGS);
        Map<Integer, Long> offsets = new HashMap<>(Map.of(0, 0L, 1, 0L, 2, 0L, 3, 0L));
        for (int step = 0; step < 4; step++) {
            offsets.replaceAll((p, o) -> step(random, o, partitions.getOrDefault(p, List.of())));
            Map<TruthCell, Total> before = totals(truth);

            Set<TruthCell> changed = truth.advanceTo(offsets);

            NaiveMetering naive = new NaiveMetering();
            partitions.forEach(
                    (partition, records) ->
                            records.stream()
                                    .limit(offsets.getOrDefault(partition, 0L))
                                    .forEach(naive::read));
            assertSame(truth, naive);
            assertThat(truth.offsets()).containsExactlyInAnyOrderEntriesOf(offsets);
            assertThat(changed).isSubsetOf(truth.cells());
            totals(truth)
                    .forEach(
                            (cell, total) ->
                                    assertThat(changed.contains(cell))
                                            .isEqualTo(
                                                    total.readings()
                                                            != before.getOrDefault(cell, Total.NONE)
                                                                    .readings()));
        }
    }

    @Test
    void doesNotGoBackOrBeyondTheEnd() {
        Truth truth = new Truth(SETTINGS);
        truth.advanceTo(Map.of(1, 100L));

        assertThatThrownBy(() -> truth.advanceTo(Map.of(1, 99L)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> truth.advanceTo(Map.of(2, SETTINGS.records() + 1)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> truth.advanceTo(Map.of(4, 1L)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void givesTheSameRecordsForTheSameSettingsAndOthersForAnotherSeed() {
        assertThat(fingerprint(SETTINGS)).isEqualTo(fingerprint(SETTINGS));
        assertThat(fingerprint(GeneratorSettings.anHour(8, 40_000, START)))
                .isNotEqualTo(fingerprint(SETTINGS));
    }

    @Test
    void visitsEveryLaneAndEveryReason() {
        Map<Lane, Long> lanes = new EnumMap<>(Lane.class);
        Truth truth = new Truth(SETTINGS);
        truth.advanceToEnd();
        new UsageGenerator(SETTINGS)
                .forEachRemaining(record -> lanes.merge(record.outcome().lane(), 1L, Long::sum));

        assertThat(lanes).containsOnlyKeys(Lane.values());
        assertThat(lanes.get(Lane.DUPLICATE)).isBetween(3_600L, 5_000L);
        assertThat(truth.reasons().keySet())
                .containsExactlyInAnyOrderElementsOf(
                        Stream.concat(
                                        Stream.of(RejectionReason.values())
                                                .map(r -> "rejected." + r),
                                        Stream.of(IgnoredReason.values()).map(r -> "ignored." + r))
                                .toList());
        assertThat(Malformed.kinds()).isGreaterThan(50);
        assertThat(truth.counts().of(Count.CONSUMED)).isEqualTo(SETTINGS.records());
        assertThat(truth.counts().inLanes()).isEqualTo(SETTINGS.records());
        assertThat(truth.counts().of(Count.IGNORED)).isPositive();
    }

    @Test
    void spreadsKafkaTimestampsOverTheSpanInOrder() {
        List<Long> times = new ArrayList<>();
        new UsageGenerator(SETTINGS).forEachRemaining(r -> times.add(r.kafkaTimeMillis()));

        assertThat(times).isSorted();
        assertThat(times.get(0)).isEqualTo(START);
        assertThat(times.get(times.size() - 1)).isEqualTo(START + SETTINGS.spanMillis());
    }

    @Test
    void keepsSubjectInOnePartition() {
        Map<String, Integer> partitions = new HashMap<>();
        new UsageGenerator(SETTINGS)
                .forEachRemaining(
                        record -> {
                            Integer before =
                                    partitions.putIfAbsent(
                                            Arrays.toString(record.key()), record.partition());
                            assertThat(before).isIn(null, record.partition());
                        });
        assertThat(partitions).hasSize(50);
        assertThat(Set.copyOf(partitions.values())).containsExactlyInAnyOrder(0, 1, 2, 3);
    }

    @Test
    void writesThirdOfTheEventsInBinaryModeAndCopiesSomeInTheOther() {
        Map<List<Object>, Set<Boolean>> modes = new HashMap<>();
        long binary = 0;
        UsageGenerator generator = new UsageGenerator(SETTINGS);
        while (generator.hasNext()) {
            GeneratedRecord record = generator.next();
            boolean isBinary = record.headers().stream().anyMatch(h -> h.key().equals("ce_id"));
            binary += isBinary ? 1 : 0;
            NaiveEvent event = NaiveEvent.of(record);
            if (event != null && record.outcome().lane() != Lane.CONFLICT) {
                modes.computeIfAbsent(
                                List.of(event.subject(), event.source(), event.id()),
                                identity -> new HashSet<>())
                        .add(isBinary);
            }
        }

        assertThat(binary).isBetween(SETTINGS.records() * 3 / 10, SETTINGS.records() * 4 / 10);
        assertThat(modes.values().stream().filter(both -> both.size() == 2).count())
                .isGreaterThan(100);
    }

    @Test
    void letsMeasurementsOfOneMomentMeet() {
        // Otherwise nothing here would tell LATEST by source and id from LATEST by time alone.
        Map<TruthCell, Map<Long, Integer>> moments = new HashMap<>();
        DemoMeter latest = DemoMeters.all().get(5);
        new UsageGenerator(SETTINGS)
                .forEachRemaining(
                        record -> {
                            Usage usage = record.outcome().usage();
                            if (usage != null && usage.type().equals(latest.eventType())) {
                                moments.computeIfAbsent(latest.cell(usage), c -> new HashMap<>())
                                        .merge(usage.timeMicros(), 1, Integer::sum);
                            }
                        });
        assertThat(latest.aggregation()).isEqualTo(Aggregation.LATEST);
        assertThat(
                        moments.values().stream()
                                .filter(times -> times.values().stream().anyMatch(n -> n > 1))
                                .count())
                .isGreaterThan(100);
    }

    private static Map<TruthCell, Total> totals(Truth truth) {
        Map<TruthCell, Total> totals = new HashMap<>();
        truth.cells().forEach(cell -> totals.put(cell, truth.total(cell)));
        return totals;
    }

    private static void assertSame(Truth truth, NaiveMetering naive) {
        Map<TruthCell, Total> expected = naive.totals();
        assertThat(truth.cells()).isEqualTo(expected.keySet());
        expected.forEach(
                (cell, total) ->
                        assertThat(truth.total(cell).sameAs(total))
                                .as("%s: %s, not %s", cell, truth.total(cell), total)
                                .isTrue());
        DemoMeters.all()
                .forEach(
                        meter ->
                                assertThat(truth.totals().get(meter.slug()))
                                        .as(meter.slug())
                                        .isEqualByComparingTo(naive.total(meter.slug())));
        assertThat(truth.counts().of(Count.READINGS))
                .isEqualTo(expected.values().stream().mapToLong(Total::readings).sum());
        Map<String, Long> ignored = new TreeMap<>(truth.reasons());
        ignored.keySet().removeIf(reason -> reason.startsWith("rejected."));
        assertThat(ignored).isEqualTo(naive.reasons);
        assertThat(truth.counts().of(Count.IGNORED))
                .isEqualTo(naive.reasons.values().stream().mapToLong(Long::longValue).sum());
        assertThat(truth.counts().of(Count.DUPLICATE))
                .isEqualTo(naive.lanes.getOrDefault(Lane.DUPLICATE, 0L));
        assertThat(truth.counts().of(Count.METERED))
                .isEqualTo(naive.lanes.getOrDefault(Lane.METERED, 0L));
    }

    private static Map<Integer, List<GeneratedRecord>> byPartition() {
        Map<Integer, List<GeneratedRecord>> partitions = new HashMap<>();
        new UsageGenerator(SETTINGS)
                .forEachRemaining(
                        record ->
                                partitions
                                        .computeIfAbsent(record.partition(), p -> new ArrayList<>())
                                        .add(record));
        return partitions;
    }

    private static long step(Random random, long offset, List<GeneratedRecord> records) {
        return offset + random.nextInt((int) (records.size() - offset) / 2 + 1);
    }

    private static int fingerprint(GeneratorSettings settings) {
        int[] hash = {1};
        new UsageGenerator(settings)
                .forEachRemaining(
                        record ->
                                hash[0] =
                                        31 * hash[0]
                                                + Arrays.hashCode(record.value())
                                                + record.headers().hashCode()
                                                + Long.hashCode(record.kafkaTimeMillis())
                                                + Arrays.hashCode(record.key()));
        return hash[0];
    }

    private static String describe(GeneratedRecord record) {
        byte[] value = record.value();
        return record.outcome()
                + " at "
                + record.kafkaTimeMillis()
                + ": "
                + (value == null ? "null" : new String(value, StandardCharsets.UTF_8))
                + " "
                + record.headers();
    }
}
