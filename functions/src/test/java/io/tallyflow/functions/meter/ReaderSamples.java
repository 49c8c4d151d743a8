package io.tallyflow.functions.meter;

import static io.tallyflow.schemas.event.AnEvent.anEvent;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.schemas.event.UsageEvent;
import io.tallyflow.schemas.meter.Meter;
import io.tallyflow.schemas.meter.MeterFile;
import io.tallyflow.schemas.usage.MeteredEvent;
import io.tallyflow.schemas.usage.Reading;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Readers and events to read, as short as a test wants them. */
final class ReaderSamples {

    static final String NOON = "2023-01-01T12:34:56.789012Z";

    private ReaderSamples() {}

    static Reading onlyReading(MeteredEvent metered) {
        assertThat(metered.readings()).hasSize(1);
        return metered.readings().get(0);
    }

    static String meter(String aggregation) {
        return "{slug: m, eventType: t, valueProperty: $.x, aggregation: " + aggregation + "}";
    }

    static MeterReader reader(String... meters) {
        String yaml = "meters:\n- " + String.join("\n- ", meters);
        List<Meter> parsed = MeterFile.parse("meters.yaml", yaml);
        return MeterReader.ofFirsts(parsed);
    }

    static UsageEvent event(String data) {
        return event("t", NOON, data);
    }

    static UsageEvent event(String type, String time, @Nullable String data) {
        Instant instant = Instant.parse(time);
        long micros = instant.getEpochSecond() * 1_000_000 + instant.getNano() / 1_000;
        byte[] bytes = data == null ? null : data.getBytes(StandardCharsets.UTF_8);
        return anEvent()
                .source("service-0")
                .id("00001")
                .type(type)
                .timeMicros(micros)
                .data(bytes)
                .at(3, 77)
                .kafkaTimeMillis(instant.toEpochMilli())
                .build();
    }
}
