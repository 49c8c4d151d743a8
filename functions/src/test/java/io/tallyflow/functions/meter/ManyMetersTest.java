package io.tallyflow.functions.meter;

import static io.tallyflow.functions.Events.MINUTE;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.functions.Events;
import io.tallyflow.schemas.event.AnEvent;
import io.tallyflow.schemas.event.UsageEvent;
import io.tallyflow.schemas.meter.Definitions;
import io.tallyflow.schemas.meter.MeterFile;
import io.tallyflow.schemas.progress.LaneCounts;
import io.tallyflow.schemas.progress.Progress;
import io.tallyflow.schemas.stream.EventOrProgress;
import io.tallyflow.schemas.stream.MeteredOrProgress;
import io.tallyflow.schemas.usage.MeteredEvent;
import io.tallyflow.schemas.usage.Reading;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;

/** A hundred meters, of which five match an event. */
final class ManyMetersTest {

    private static final int TYPES = 20;
    private static final int METERS_PER_TYPE = 5;
    private static final int EVENTS = 2_000;
    private static final long NOON = 720 * MINUTE;

    @Test
    void takesReadingsForTheMatchingMetersAndNoOthers() throws Exception {
        try (var harness =
                new OneInputStreamOperatorTestHarness<>(
                        new ApplyMeters(
                                Definitions.ofFirsts(MeterFile.parse("meters.yaml", meters()))),
                        8,
                        1,
                        0)) {
            harness.open();
            for (int i = 0; i < EVENTS; i++) {
                harness.processElement(new StreamRecord<>(EventOrProgress.of(event(i), 0)));
            }
            harness.prepareSnapshotPreBarrier(1);
            List<MeteredOrProgress> said = harness.extractOutputValues();
            assertThat(said).hasSize(EVENTS + 1);
            for (int i = 0; i < EVENTS; i++) {
                MeteredEvent metered = Objects.requireNonNull(said.get(i).metered());
                assertThat(metered.readings()).isEqualTo(readings(i));
                assertThat(metered.ignored()).isEmpty();
            }
            Progress progress = Objects.requireNonNull(said.get(EVENTS).progress());
            assertThat(progress.counts())
                    .isEqualTo(LaneCounts.inOrder(0, EVENTS, 0, 0, 0, 0, 0, 0, 0, 0));
        }
    }

    /** Those of one type stand far apart, each with a property of its own. */
    private static String meters() {
        StringBuilder yaml = new StringBuilder("meters:\n");
        for (int number = 0; number < METERS_PER_TYPE; number++) {
            for (int type = 0; type < TYPES; type++) {
                yaml.append(
                        """
                          - slug: %s
                            eventType: type-%d
                            aggregation: SUM
                            valueProperty: $.used.%s
                            groupBy:
                              model: $.model
                        """
                                .formatted(slug(type, number), type, property(type, number)));
            }
        }
        return yaml.toString();
    }

    private static String slug(int type, int number) {
        return "meter_" + type + "_" + number;
    }

    private static String property(int type, int number) {
        return "p" + (type + number * 3);
    }

    /** Has a value for every property of any meter. */
    private static UsageEvent event(int i) {
        StringBuilder data = new StringBuilder("{\"model\":\"m" + i % 7 + "\",\"used\":{");
        for (int p = 0; p < TYPES + METERS_PER_TYPE * 3; p++) {
            data.append(p == 0 ? "" : ",").append("\"p" + p + "\":" + (i + p));
        }
        UsageEvent plain = Events.event("a", "e" + i, NOON);
        return AnEvent.like(plain)
                .type("type-" + i % TYPES)
                .data(data.append("}}").toString().getBytes(StandardCharsets.UTF_8))
                .at(0, i)
                .kafkaTimeMillis(NOON)
                .build();
    }

    private static List<Reading> readings(int i) {
        int type = i % TYPES;
        return IntStream.range(0, METERS_PER_TYPE)
                .mapToObj(
                        number ->
                                new Reading(
                                        slug(type, number),
                                        "{\"model\":\"m" + i % 7 + "\"}",
                                        NOON,
                                        NOON + MINUTE,
                                        BigDecimal.valueOf(i + type + number * 3L),
                                        null))
                .toList();
    }
}
