package io.tallyflow.connectors.kafka.source;

import static io.tallyflow.schemas.event.AnEvent.anEvent;
import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallyflow.connectors.RecordedMetrics;
import io.tallyflow.schemas.event.ParsedRecord;
import io.tallyflow.schemas.event.RejectedRecord;
import io.tallyflow.schemas.meter.Definitions;
import io.tallyflow.schemas.meter.PackedDefinitions;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceEvent;
import org.apache.flink.api.connector.source.SourceOutput;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.core.io.InputStatus;
import org.apache.flink.runtime.throwable.ThrowableClassifier;
import org.apache.flink.runtime.throwable.ThrowableType;
import org.apache.flink.util.ExceptionUtils;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The reader between a scripted inner reader and a scripted broker, on the test's clock. */
@Timeout(60)
final class WatermarkedReaderTest {

    private static final long MINUTE = 60_000;
    private static final long NOW = 1_800_000_000_000L;
    private static final WatermarkRules RULES = WatermarkRules.defaults();

    private final AtomicLong clock = new AtomicLong(NOW);
    private final ScriptedBroker broker = new ScriptedBroker();
    private final ScriptedReader inner = new ScriptedReader();
    private final CollectedOutput output = new CollectedOutput();
    private final EndOffsetWatch watch = new EndOffsetWatch(broker, clock::get);
    private final RecordedMetrics metrics = new RecordedMetrics();
    private final List<SourceEvent> told = new ArrayList<>();
    private final List<Definitions> parsedFor = new ArrayList<>();
    private final WatermarkedReader reader =
            new WatermarkedReader(
                    inner,
                    RULES,
                    new ToldTime(RULES, clock::get),
                    watch,
                    ReaderMetrics.register(metrics, clock::get),
                    new BacklogSignal(told::add),
                    new DefinitionsInlet(true, parsedFor::add),
                    1);

    @AfterEach
    void close() throws Exception {
        broker.end();
        reader.close();
        assertThat(broker.closed).isTrue();
    }

    @Test
    void sendsEachPartitionsWatermarkToItsOwnOutput() throws Exception {
        add(0, 1);
        inner.give(record(0, 0, NOW));
        inner.give(record(1, 0, NOW + 1_000));
        pollAll();
        assertThat(output.watermarks)
                .isEqualTo(Map.of("usage.events-0", NOW - 5_001, "usage.events-1", NOW - 4_001));
        assertThat(output.records).hasSize(2);
    }

    @Test
    void sendsWhatIsCountedFromNowOnOnceAndBeforeTheNextRecord() throws Exception {
        add(0);
        inner.give(record(0, 0, NOW));
        pollAll();
        CompletableFuture<Void> available = reader.isAvailable();
        PackedDefinitions told = definitions(3);
        reader.handleSourceEvents(new DefinitionsEvent(told));
        assertThat(available).as("wakes up").isDone();
        inner.give(record(0, 1, NOW));
        pollAll();
        assertThat(output.records)
                .extracting(ParsedRecord::definitions)
                .containsExactly(null, told, null);
        assertThat(parsedFor).extracting(Definitions::request).containsExactly(3L);
        // As every reader that registers is told everything.
        reader.handleSourceEvents(new DefinitionsEvent(told));
        reader.handleSourceEvents(new DefinitionsEvent(definitions(2)));
        pollAll();
        assertThat(output.records).hasSize(3);
        assertThat(parsedFor).hasSize(1);
        assertThat(reader.isAvailable()).isNotDone();
    }

    @Test
    void onlyParsesForWhatIsCountedIfAnotherReaderSendsIt() throws Exception {
        DefinitionsInlet inlet = new DefinitionsInlet(false, parsedFor::add);
        inlet.heed(definitions(3));
        inlet.emit(output);
        assertThat(output.records).isEmpty();
        assertThat(parsedFor).hasSize(1);
        assertThat(inlet.news()).isNotDone();
    }

    private static PackedDefinitions definitions(long request) {
        return PackedDefinitions.of(new Definitions(request, List.of()));
    }

    @Test
    void takesPartitionsThatComeLater() throws Exception {
        add(0);
        inner.give(record(0, 0, NOW));
        pollAll();
        add(2);
        inner.give(record(2, 0, NOW + 2_000));
        pollAll();
        assertThat(output.watermarks).containsKeys("usage.events-0", "usage.events-2");
    }

    @Test
    void followsTheClockInAnEmptyPartitionThatWasAddedToTheTopic() throws Exception {
        reader.addSplits(
                List.of(
                        new KafkaPartitionSplit(
                                new TopicPartition("usage.events", 7),
                                KafkaPartitionSplit.EARLIEST_OFFSET)));
        reader.start();
        quietFor(40_000, Map.of(7, 0L));
        assertThat(output.watermarks.get("usage.events-7")).isGreaterThan(NOW - 35_000);
        assertThat(broker.asked).allSatisfy(next -> assertThat(next).isNotNegative());
    }

    @Test
    void failsForGoodWhereTheBrokerNoLongerHasWhatComesNext() throws Exception {
        add(0, 1);
        inner.give(record(1, 41, NOW));
        pollAll();
        inner.fails =
                new IllegalStateException(
                        "a fetcher has met an exception",
                        new OffsetOutOfRangeException(
                                Map.of(new TopicPartition("usage.events", 1), 42L)));
        assertThatThrownBy(() -> reader.pollNext(output))
                .isInstanceOf(RecordsLostException.class)
                .hasMessageStartingWith("RECORDS_LOST: ")
                .hasMessageContaining("usage.events-1 from 42.")
                .hasMessageEndingWith("docs/operating/refusals/RECORDS_LOST.md")
                .satisfies(
                        lost ->
                                assertThat(ThrowableClassifier.getThrowableType(lost))
                                        .isEqualTo(ThrowableType.NonRecoverableError));
    }

    @Test
    void leavesOtherFailuresToARestart() {
        add(0);
        inner.fails = new IllegalStateException("the broker is away");
        assertThatThrownBy(() -> reader.pollNext(output)).isSameAs(inner.fails);
    }

    @Test
    void followsTheClockInAPartitionThatNeverSentAnything() throws Exception {
        add(0, 1);
        reader.start();
        inner.give(record(0, 0, NOW));
        pollAll();
        quietFor(40_000, Map.of(0, 1L, 1, 0L));
        assertThat(output.watermarks.get("usage.events-1"))
                .isGreaterThan(NOW - 35_000)
                .isLessThanOrEqualTo(NOW + 5_000);
    }

    @Test
    void makesNothingLateAfterTwentyMinutesWithoutABroker() throws Exception {
        add(0, 1);
        reader.start();
        inner.give(record(0, 0, NOW));
        pollAll();
        quietFor(12_000, Map.of(0, 1L, 1, 0L));
        long gone = clock.get();
        clock.addAndGet(20 * MINUTE);
        pollAll();
        answer(Map.of(0, 1L, 1, 0L));
        for (long time = gone; time < gone + 20 * MINUTE; time += 30_000) {
            int partition = (int) (time / 30_000 % 2);
            assertThat(output.watermarks.getOrDefault("usage.events-" + partition, Long.MIN_VALUE))
                    .isLessThan(time);
            inner.give(record(partition, 1 + time, time));
            pollAll();
        }
    }

    @Test
    void makesNothingLateAfterTwentyMinutesInWhichNobodyPolled() throws Exception {
        add(0, 1);
        reader.start();
        inner.give(record(0, 0, NOW));
        pollAll();
        // Postgres is away, the pipeline is full: the broker answers, nobody takes the answers,
        // and there is a backlog.
        for (int minute = 0; minute < 20; minute++) {
            broker.answers.put(at(Map.of(0, 500L, 1, 500L)));
            clock.addAndGet(MINUTE);
        }
        reader.isAvailable().get();
        inner.give(record(0, 1, NOW + 1_000));
        pollAll();
        assertThat(output.watermarks).isEqualTo(Map.of("usage.events-0", NOW - 4_001));
    }

    @Test
    void showsHowFarTheSlowestPartitionIsBehindAndHowManyAreIdle() throws Exception {
        add(0, 1);
        reader.start();
        assertThat(shown("watermarkLagMs")).isEqualTo(-1);
        inner.give(record(0, 0, NOW));
        inner.give(record(1, 0, NOW - 60_000));
        pollAll();
        assertThat(shown("watermarkLagMs")).isEqualTo(65_001);
        assertThat(shown("partitions")).isEqualTo(2);
        assertThat(shown("idlePartitions")).isZero();
        quietFor(40_000, Map.of(0, 1L, 1, 2L));
        assertThat(shown("idlePartitions")).isEqualTo(1);
        inner.give(record(0, 1, clock.get()));
        pollAll();
        assertThat(shown("idlePartitions")).isZero();
    }

    @Test
    void tellsOfTheBacklogOfAllItsPartitionsAndThatItIsRead() throws Exception {
        add(0, 1);
        reader.start();
        answer(Map.of(0, 30_000L, 1, 30_000L));
        inner.give(record(0, 25_999, NOW));
        inner.give(record(1, 23_999, NOW));
        pollAll();
        answer(Map.of(0, 30_000L));
        answer(Map.of(0, 31_000L, 1, 30_000L));
        assertThat(told).containsExactly(new BacklogReport(true), new BacklogReport(false));
    }

    @Test
    void isNotBehindOnceItHasNothingMoreToReadForEver() throws Exception {
        add(0);
        reader.start();
        answer(Map.of(0, 60_000L));
        inner.atEnd = InputStatus.END_OF_INPUT;
        pollAll();
        assertThat(told).containsExactly(new BacklogReport(true), new BacklogReport(false));
    }

    @Test
    void isNotBehindForWhatAnOpenTransactionHoldsBack() throws Exception {
        add(0);
        reader.start();
        CompletableFuture<Void> woken = reader.isAvailable();
        broker.answers.put(Map.of(0, new PartitionEnds.End(60_000, 100)));
        woken.get();
        pollAll();
        assertThat(told).containsExactly(new BacklogReport(false));
    }

    @ParameterizedTest
    @MethodSource("bugs")
    void failsInItsOwnThreadAndAsksOnAfterwards(Throwable bug) throws Exception {
        add(0);
        reader.start();
        broker.failure = bug;
        CompletableFuture<Void> woken = reader.isAvailable();
        broker.answers.put(Map.of());
        woken.get();
        assertThatThrownBy(() -> reader.pollNext(output)).hasRootCause(bug);
        broker.failure = null;
        quietFor(40_000, Map.of(0, 0L));
        assertThat(output.watermarks.get("usage.events-0")).isGreaterThan(NOW - 35_000);
    }

    static List<Throwable> bugs() {
        return List.of(new IllegalStateException("a bug"), new NoClassDefFoundError("a/Class"));
    }

    @Test
    void isNotEndedByAFailureThatNobodyHasTakenYet() throws Exception {
        add(0);
        reader.start();
        broker.failure = new IllegalStateException("a bug");
        broker.answers.put(Map.of());
        watch.news().get();
        assertThat(reader.isAvailable()).isCompleted();
        assertThatThrownBy(() -> reader.pollNext(output)).hasRootCauseMessage("a bug");
    }

    @Test
    void followsTheClockWhereOnlyRejectedRecordsCome() throws Exception {
        add(0, 1);
        reader.start();
        for (int i = 0; i < 20; i++) {
            inner.give(record(0, i, clock.get()));
            inner.give(rejected(1, i));
            pollAll();
            answer(Map.of(0, i + 1L, 1, i + 1L));
            clock.addAndGet(27_000);
        }
        assertThat(output.watermarks.get("usage.events-1")).isGreaterThan(clock.get() - 90_000);
    }

    @Test
    void followsTheClockWhereOnlyStaleEventsCome() throws Exception {
        add(0);
        reader.start();
        for (int i = 0; i < 20; i++) {
            long stale = clock.get() - Duration.ofDays(40).toMillis();
            inner.give(record(0, i, stale, clock.get()));
            pollAll();
            answer(Map.of(0, i + 1L));
            clock.addAndGet(27_000);
        }
        assertThat(output.watermarks.get("usage.events-0")).isGreaterThan(clock.get() - 90_000);
    }

    @Test
    void isHeldByEventsThatComeAnHourLateAsLongAsTheyComeInOrder() throws Exception {
        add(0);
        reader.start();
        for (int i = 0; i < 20; i++) {
            inner.give(record(0, i, clock.get() - 60 * MINUTE, clock.get()));
            pollAll();
            answer(Map.of(0, i + 1L));
            clock.addAndGet(27_000);
        }
        assertThat(output.watermarks.get("usage.events-0"))
                .isEqualTo(clock.get() - 27_000 - 60 * MINUTE - 5_001);
    }

    @Test
    void isNotCarriedAwayByAProducerWhoseClockIsAhead() throws Exception {
        add(0, 1);
        reader.start();
        long year2100 = 4_102_444_800_000L;
        for (int i = 0; i < 20; i++) {
            inner.give(record(0, 2 * i, year2100 + i));
            inner.give(record(0, 2 * i + 1, clock.get()));
            inner.give(record(1, i, year2100 + i));
            pollAll();
            answer(Map.of(0, 2 * i + 2L, 1, i + 1L));
            clock.addAndGet(3_000);
        }
        assertThat(output.watermarks.get("usage.events-0")).isEqualTo(clock.get() - 3_000 - 5_001);
        assertThat(output.watermarks.get("usage.events-1"))
                .isGreaterThan(clock.get() - 45_000)
                .isLessThan(clock.get());
    }

    @Test
    void followsAClockThatIsAheadByLessThanAMinute() throws Exception {
        add(0);
        inner.give(record(0, 0, NOW + MINUTE));
        inner.give(record(0, 1, NOW + MINUTE + 1));
        pollAll();
        assertThat(output.watermarks).isEqualTo(Map.of("usage.events-0", NOW + MINUTE - 5_001));
    }

    @Test
    void saysThatItIsIdleOnceItHasHadNoPartitionForTheIdleTime() throws Exception {
        reader.start();
        quietFor(30_000, Map.of());
        assertThat(output.idle).isEmpty();
        quietFor(6_000, Map.of());
        assertThat(output.idle).containsExactly(true);
        add(0);
        pollAll();
        assertThat(output.idle).containsExactly(true, false);
        quietFor(60_000, Map.of(0, 0L));
        assertThat(output.idle).containsExactly(true, false);
    }

    private long shown(String name) {
        return metrics.value("tallyflow." + name);
    }

    private void add(int... partitions) {
        List<KafkaPartitionSplit> splits = new ArrayList<>();
        for (int partition : partitions) {
            splits.add(new KafkaPartitionSplit(new TopicPartition("usage.events", partition), 0));
        }
        reader.addSplits(splits);
    }

    /** Lets so much time pass, with an answer every three seconds. */
    private void quietFor(long millis, Map<Integer, Long> ends) throws Exception {
        for (long end = clock.get() + millis; clock.get() < end; clock.addAndGet(3_000)) {
            answer(ends);
        }
    }

    /** One answer of the broker, taken by the reader. */
    private void answer(Map<Integer, Long> ends) throws Exception {
        CompletableFuture<Void> woken = reader.isAvailable();
        broker.answers.put(at(ends));
        woken.get();
        pollAll();
    }

    private static Map<Integer, PartitionEnds.End> at(Map<Integer, Long> ends) {
        return ends.entrySet().stream()
                .collect(toMap(Map.Entry::getKey, end -> PartitionEnds.End.at(end.getValue())));
    }

    private void pollAll() throws Exception {
        InputStatus status = InputStatus.MORE_AVAILABLE;
        while (status == InputStatus.MORE_AVAILABLE) {
            status = reader.pollNext(output);
        }
    }

    private static ParsedRecord rejected(int partition, long offset) {
        return ParsedRecord.of(
                new RejectedRecord(
                        "JSON", "is none", partition, offset, NOW, null, 0, "", null, null));
    }

    private static ParsedRecord record(int partition, long offset, long timeMillis) {
        return record(partition, offset, timeMillis, timeMillis);
    }

    private static ParsedRecord record(
            int partition, long offset, long timeMillis, long kafkaTimeMillis) {
        return ParsedRecord.of(
                anEvent()
                        .subject("s")
                        .source("source")
                        .id("id" + offset)
                        .type("t")
                        .timeMicros(timeMillis * 1_000)
                        .at(partition, offset)
                        .kafkaTimeMillis(kafkaTimeMillis)
                        .build());
    }

    /** Answers when the test says so, with what the test says. */
    private static final class ScriptedBroker implements PartitionEnds {
        private final LinkedBlockingQueue<Map<Integer, End>> answers = new LinkedBlockingQueue<>();
        private final List<Long> asked = new CopyOnWriteArrayList<>();
        private volatile Throwable failure;
        private volatile boolean ended;
        private volatile boolean closed;

        @Override
        public Map<Integer, End> ask(Map<Integer, Long> nextOffsets) {
            try {
                while (!ended) {
                    Map<Integer, End> answer = answers.poll(10, TimeUnit.MILLISECONDS);
                    if (answer != null) {
                        asked.addAll(nextOffsets.values());
                        if (failure != null) {
                            ExceptionUtils.rethrow(failure);
                        }
                        return answer;
                    }
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return Map.of();
        }

        void end() {
            ended = true;
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    /** Hands over what the test gives it. */
    private static final class ScriptedReader
            implements SourceReader<ParsedRecord, KafkaPartitionSplit> {
        private final Queue<ParsedRecord> records = new ArrayDeque<>();
        private InputStatus atEnd = InputStatus.NOTHING_AVAILABLE;
        private @Nullable RuntimeException fails;

        void give(ParsedRecord record) {
            records.add(record);
        }

        @Override
        public void start() {}

        @Override
        public InputStatus pollNext(ReaderOutput<ParsedRecord> output) {
            if (fails != null) {
                throw fails;
            }
            ParsedRecord record = records.poll();
            if (record == null) {
                return atEnd;
            }
            output.createOutputForSplit("usage.events-" + record.partition()).collect(record);
            return InputStatus.MORE_AVAILABLE;
        }

        @Override
        public List<KafkaPartitionSplit> snapshotState(long checkpointId) {
            return List.of();
        }

        @Override
        public CompletableFuture<Void> isAvailable() {
            return new CompletableFuture<>();
        }

        @Override
        public void addSplits(List<KafkaPartitionSplit> splits) {}

        @Override
        public void notifyNoMoreSplits() {}

        @Override
        public void close() {}
    }

    /** Remembers records and the last watermark per split. */
    private static final class CollectedOutput implements ReaderOutput<ParsedRecord> {
        private final List<ParsedRecord> records = new ArrayList<>();
        private final Map<String, Long> watermarks = new HashMap<>();

        /** What was said of the reader itself, in order. */
        private final List<Boolean> idle = new ArrayList<>();

        @Override
        public SourceOutput<ParsedRecord> createOutputForSplit(String split) {
            return new SourceOutput<>() {
                @Override
                public void collect(ParsedRecord record) {
                    records.add(record);
                }

                @Override
                public void collect(ParsedRecord record, long timestamp) {
                    records.add(record);
                }

                @Override
                public void emitWatermark(Watermark watermark) {
                    Long before = watermarks.put(split, watermark.getTimestamp());
                    assertThat(before == null || before < watermark.getTimestamp()).isTrue();
                }

                @Override
                public void markIdle() {
                    throw new AssertionError("a partition is never idle, it follows the clock");
                }

                @Override
                public void markActive() {}
            };
        }

        @Override
        public void releaseOutputForSplit(String split) {}

        @Override
        public void collect(ParsedRecord record) {
            assertThat(record.definitions()).as("records belong to a partition").isNotNull();
            records.add(record);
        }

        @Override
        public void collect(ParsedRecord record, long timestamp) {
            collect(record);
        }

        @Override
        public void emitWatermark(Watermark watermark) {
            throw new AssertionError("watermarks belong to a partition");
        }

        @Override
        public void markIdle() {
            idle.add(true);
        }

        @Override
        public void markActive() {
            idle.add(false);
        }
    }
}
