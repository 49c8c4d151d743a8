package io.tallyflow.functions.meter;

import static io.tallyflow.functions.meter.ReaderSamples.event;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.schemas.meter.Meter;
import io.tallyflow.schemas.meter.MeterFile;
import io.tallyflow.schemas.meter.MeterVersion;
import io.tallyflow.schemas.usage.MeteredEvent;
import io.tallyflow.schemas.usage.Reading;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Versions of one slug differ in their paths, groups and types of events, side by side or not. */
class VersionsTest {

    private static final long CHANGE = Instant.parse("2023-01-01T13:00:00Z").toEpochMilli();
    private static final String BEFORE = "2023-01-01T12:59:59.999999Z";
    private static final String AFTER = "2023-01-01T13:00:00Z";
    private static final String DATA = "{\"old\": 1, \"new\": 2, \"model\": \"a\"}";

    @Test
    void countsEachEventByTheVersionThatOwnsItsTime() {
        MeterReader reader =
                new MeterReader(
                        List.of(
                                new MeterVersion(old(), 1, MeterVersion.ALWAYS_FROM, CHANGE),
                                new MeterVersion(changed(), 2, CHANGE, MeterVersion.ALWAYS_TO)));
        assertThat(only(reader.read(event("t", BEFORE, DATA))))
                .isEqualTo(new Reading("m", "{}", CHANGE - 60_000, CHANGE, BigDecimal.ONE, null));
        assertThat(only(reader.read(event("t", AFTER, DATA))))
                .isEqualTo(
                        new Reading(
                                "m@2",
                                "{\"model\":\"a\"}",
                                CHANGE,
                                CHANGE + 60_000,
                                BigDecimal.valueOf(2),
                                null));
    }

    @Test
    void countsAnEventByEachVersionWhileTheChangeIsUnderWay() {
        MeterReader reader =
                new MeterReader(
                        List.of(
                                MeterVersion.first(old()),
                                new MeterVersion(changed(), 2, CHANGE, MeterVersion.ALWAYS_TO)));
        assertThat(reader.read(event("t", AFTER, DATA)).readings())
                .extracting(Reading::meter)
                .containsExactly("m", "m@2");
        assertThat(reader.read(event("t", BEFORE, DATA)).readings())
                .extracting(Reading::meter)
                .containsExactly("m");
    }

    @Test
    void leavesAnEventUnmatchedWhoseTimeNoVersionOwns() {
        MeterReader reader =
                new MeterReader(
                        List.of(new MeterVersion(old(), 1, MeterVersion.ALWAYS_FROM, CHANGE)));
        MeteredEvent metered = reader.read(event("t", AFTER, "{}"));
        assertThat(metered.matched()).isFalse();
        assertThat(metered.readings()).isEmpty();
        assertThat(metered.ignored()).isEmpty();
        assertThat(reader.read(event("t", BEFORE, "{}")).ignored()).hasSize(1);
    }

    private static Reading only(MeteredEvent metered) {
        return ReaderSamples.onlyReading(metered);
    }

    private static Meter old() {
        return meter("{slug: m, eventType: t, aggregation: SUM, valueProperty: $.old}");
    }

    private static Meter changed() {
        return meter(
                "{slug: m, eventType: t, aggregation: SUM, valueProperty: $.new,"
                        + " groupBy: {model: $.model}}");
    }

    private static Meter meter(String yaml) {
        return MeterFile.parse("meters.yaml", "meters: [" + yaml + "]").get(0);
    }
}
