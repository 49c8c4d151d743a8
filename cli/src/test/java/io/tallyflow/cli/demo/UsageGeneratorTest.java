package io.tallyflow.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallyflow.schemas.event.Lane;
import io.tallyflow.schemas.event.RejectionReason;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UsageGeneratorTest {

    private static final long START = 1_790_000_000_000L;
    private static final GeneratorSettings SETTINGS = GeneratorSettings.anHour(7, 40_000, START);

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void knowsOfEveryRecordWhatOneReadsFromItsBytes(long seed) {
        GeneratorSettings settings = GeneratorSettings.anHour(seed, 30_000, START);
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
            Map<Cell, Total> before = Map.copyOf(truth.totals());

            Set<Cell> changed = truth.advanceTo(offsets);

            NaiveMetering naive = new NaiveMetering();
            partitions.forEach(
                    (partition, records) ->
                            records.stream()
                                    .limit(offsets.getOrDefault(partition, 0L))
                                    .forEach(naive::read));
            assertSame(truth, naive);
            assertThat(truth.offsets()).containsExactlyInAnyOrderEntriesOf(offsets);
            assertThat(truth.totals().keySet())
                    .allSatisfy(
                            cell ->
                                    assertThat(changed.contains(cell))
                                            .isEqualTo(
                                                    !truth.total(cell).equals(before.get(cell))));
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
    void visitsEveryLaneAndEveryReasonForRejection() {
        Map<Lane, Long> lanes = new EnumMap<>(Lane.class);
        Truth truth = new Truth(SETTINGS);
        truth.advanceToEnd();
        new UsageGenerator(SETTINGS)
                .forEachRemaining(record -> lanes.merge(record.outcome().lane(), 1L, Long::sum));

        assertThat(lanes).containsOnlyKeys(Lane.values());
        assertThat(lanes.get(Lane.DUPLICATE)).isBetween(3_600L, 5_000L);
        assertThat(truth.rejections().keySet())
                .containsExactlyInAnyOrderElementsOf(
                        Arrays.stream(RejectionReason.values())
                                .map(Enum::name)
                                .filter(name -> !name.equals("CONTENT_TYPE"))
                                .toList());
        assertThat(truth.counts().consumed()).isEqualTo(SETTINGS.records());
        assertThat(truth.counts().inLanes()).isEqualTo(SETTINGS.records());
        assertThat(truth.counts().ignored()).isPositive();
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

    private static void assertSame(Truth truth, NaiveMetering naive) {
        assertThat(truth.totals().keySet()).isEqualTo(naive.totals.keySet());
        naive.totals.forEach(
                (cell, total) ->
                        assertThat(truth.total(cell).sameAs(total))
                                .as("%s: %s, not %s", cell, truth.total(cell), total)
                                .isTrue());
        assertThat(truth.counts().readings())
                .isEqualTo(naive.totals.values().stream().mapToLong(Total::readings).sum());
        assertThat(truth.counts().ignored()).isEqualTo(naive.ignored);
        assertThat(truth.counts().duplicate())
                .isEqualTo(naive.lanes.getOrDefault(Lane.DUPLICATE, 0L));
        assertThat(truth.counts().metered()).isEqualTo(naive.lanes.getOrDefault(Lane.METERED, 0L));
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
                + (value == null ? "null" : new String(value, StandardCharsets.UTF_8));
    }
}
