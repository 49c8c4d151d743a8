package io.tallyflow.benchmarks.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BinaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The events, and what they come to, counted once more in the plainest way. */
final class WorkloadTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int EVENTS = 20_000;

    @Test
    void equalSettingsMakeEqualBytes() {
        WorkloadSettings settings = WorkloadSettings.standard(EVENTS, SubjectMix.SKEWED);
        assertThat(texts(settings)).isEqualTo(texts(settings));
    }

    @Test
    void aLongerWorkloadBeginsWithAShorterOne() {
        List<String> longer = texts(WorkloadSettings.standard(EVENTS, SubjectMix.SKEWED));
        List<String> shorter = texts(WorkloadSettings.standard(1_000, SubjectMix.SKEWED));
        assertThat(longer.subList(0, 1_000)).isEqualTo(shorter);
    }

    @Test
    void everyTenthEventRepeatsAnEarlierOneByteForByte() {
        List<String> texts = texts(WorkloadSettings.standard(EVENTS, SubjectMix.SKEWED));
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < texts.size(); i++) {
            assertThat(seen.add(texts.get(i))).as("event %d is new", i).isEqualTo(i % 10 != 9);
        }
    }

    @Test
    void replaysComeFromUpToAHundredThousandPositionsBack() {
        Workload workload = new Workload(WorkloadSettings.standard(1_000_000, SubjectMix.UNIFORM));
        Draw draw = new Draw();
        long furthest = 0;
        for (long position = 500_009; position < 1_000_000; position += 10) {
            workload.draw(position, draw);
            furthest = Math.max(furthest, position - draw.origin);
        }
        assertThat(furthest).isBetween(99_900L, 100_000L);
    }

    @Test
    void eventsHaveTheSizeThatTheMethodNames() {
        List<String> texts = texts(WorkloadSettings.standard(EVENTS, SubjectMix.SKEWED));
        assertThat(texts.stream().mapToInt(String::length).average().orElseThrow())
                .isCloseTo(338, within(1.0));
    }

    @Test
    void eventTimeLiesWithinTwoSecondsOfTheTurn() throws IOException {
        WorkloadSettings settings = WorkloadSettings.standard(EVENTS, SubjectMix.SKEWED);
        List<String> texts = texts(settings);
        for (int i = 0; i < texts.size(); i += 10) {
            Instant time = Instant.parse(JSON.readTree(texts.get(i)).get("time").asText());
            assertThat(time.toEpochMilli())
                    .isBetween(settings.sentMillis(i) - 2_000, settings.sentMillis(i) + 2_000);
        }
    }

    @Test
    void theMostFrequentSubjectHasTheShareOfItsMix() {
        assertThat(shareOfFirst(SubjectMix.UNIFORM)).isCloseTo(0.0001, within(0.0001));
        assertThat(shareOfFirst(SubjectMix.SKEWED)).isCloseTo(0.046, within(0.001));
        assertThat(shareOfFirst(SubjectMix.GIANT)).isCloseTo(0.6, within(0.005));
    }

    private static double shareOfFirst(SubjectMix mix) {
        int events = 200_000;
        Workload workload = new Workload(WorkloadSettings.standard(events, mix));
        Draw draw = new Draw();
        int found = 0;
        for (int i = 0; i < events; i++) {
            workload.draw(i, draw);
            found += draw.subject == 0 ? 1 : 0;
        }
        return (double) found / events;
    }

    @ParameterizedTest
    @EnumSource
    void theTruthIsWhatNaiveCountingFinds(SubjectMix mix) throws IOException {
        WorkloadSettings settings = WorkloadSettings.standard(EVENTS, mix);
        assertThat(truth(settings).answer()).isEqualTo(naive(texts(settings)));
    }

    @Test
    void aPastOfEventsThatNobodyCountsChangesNoMeter() throws IOException {
        WorkloadSettings settings = WorkloadSettings.standard(EVENTS, SubjectMix.SKEWED).after(777);
        WorkloadTruth truth = truth(settings);
        assertThat(truth.unique()).isEqualTo(777 + EVENTS * 9 / 10);
        assertThat(truth.answer()).isEqualTo(naive(texts(settings)));
    }

    @Test
    void theFirstEventsOpenAWindowEachAndTheOthersAddToEachOnce() {
        int windows = 450_000;
        Workload workload = new Workload(WorkloadSettings.opening(windows));
        Draw draw = new Draw();
        Map<String, Integer> events = new HashMap<>();
        for (int position = 0; position < 2 * windows; position++) {
            workload.draw(position, draw);
            events.merge(window(draw), 1, Integer::sum);
            if (position == windows - 1) {
                assertThat(events).hasSize(windows);
            }
        }
        assertThat(events).hasSize(windows);
        assertThat(events.values()).containsOnly(2);
    }

    private static String window(Draw draw) {
        long minute = Math.floorDiv(draw.timeMillis, 60_000);
        return draw.subject + " " + draw.model + " " + draw.region + " " + minute;
    }

    @Test
    void noWindowSettlesBeforeTheLastEventOfTheMostThatCanBeOpen() {
        WorkloadSettings settings = WorkloadSettings.opening(WindowTurns.MOST);
        Workload workload = new Workload(settings);
        Draw draw = new Draw();
        for (long position = 0; position < settings.records(); position += 1_001) {
            workload.draw(position, draw);
            assertThat(draw.timeMillis - WorkloadSettings.START_MILLIS).isBetween(0L, 599_999L);
        }
    }

    @Test
    void theTruthOfOpenWindowsIsWhatNaiveCountingFinds() throws IOException {
        WorkloadSettings settings = WorkloadSettings.opening(EVENTS);
        assertThat(truth(settings).answer()).isEqualTo(naive(texts(settings)));
    }

    private static List<String> texts(WorkloadSettings settings) {
        Workload workload = new Workload(settings);
        EventBytes bytes = new EventBytes();
        Draw draw = new Draw();
        List<String> texts = new ArrayList<>();
        for (long position = 0; position < settings.records(); position++) {
            workload.draw(position, draw);
            texts.add(new String(bytes.value(draw), java.nio.charset.StandardCharsets.UTF_8));
        }
        return texts;
    }

    private static WorkloadTruth truth(WorkloadSettings settings) {
        Workload workload = new Workload(settings);
        WorkloadTruth truth = new WorkloadTruth();
        Draw draw = new Draw();
        for (long position = 0; position < settings.records(); position++) {
            workload.draw(position, draw);
            truth.add(position, draw, settings.sentMillis(position));
        }
        return truth;
    }

    /** From the bytes alone: no cleverness, no arrays. */
    private static Answer naive(List<String> texts) throws IOException {
        Map<Long, Long> requests = new HashMap<>();
        Map<Long, Long> tokens = new HashMap<>();
        Map<Long, Long> longest = new HashMap<>();
        Set<String> seen = new HashSet<>();
        for (String text : texts) {
            JsonNode event = JSON.readTree(text);
            JsonNode data = event.get("data");
            boolean first =
                    seen.add(event.get("source").asText() + "\n" + event.get("id").asText());
            if (first && event.get("type").asText().equals("request")) {
                String subject = event.get("subject").asText();
                long minute =
                        Instant.parse(event.get("time").asText()).getEpochSecond() / 60 * 60_000;
                long group = CellSum.group(data.get("model").asText(), data.get("region").asText());
                long cell = CellSum.cell(subject, group, minute);
                requests.merge(cell, 1L, Long::sum);
                tokens.merge(cell, data.get("tokens").asLong(), Long::sum);
                longest.merge(
                        CellSum.cell(subject, 0, minute),
                        data.get("duration_ms").asLong(),
                        BinaryOperator.maxBy(Long::compare));
            }
        }
        Map<BenchmarkMeter, CellSum> sums = new EnumMap<>(BenchmarkMeter.class);
        sums.put(BenchmarkMeter.REQUESTS, sum(requests));
        sums.put(BenchmarkMeter.TOKENS, sum(tokens));
        sums.put(BenchmarkMeter.DURATION_MAX, sum(longest));
        return new Answer(sums);
    }

    private static CellSum sum(Map<Long, Long> cells) {
        CellSum sum = CellSum.NONE;
        for (Map.Entry<Long, Long> cell : cells.entrySet()) {
            sum = sum.plus(cell.getKey(), cell.getValue());
        }
        return sum;
    }
}
