package io.tallyflow.schemas.meter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class PackedDefinitionsTest {

    private static final List<Meter> METERS =
            MeterFile.parse(
                    "meters.yaml",
                    """
                    meters:
                    - {slug: a, description: "%s é 日", eventType: "t é", aggregation: COUNT}
                    - slug: b
                      eventType: t
                      aggregation: UNIQUE_COUNT
                      valueProperty: "$['a b'].c[0]"
                      windowSize: HOUR
                      groupBy: {x: $.x, y: "$['y']"}
                    """
                            .formatted("long ".repeat(40)));

    @Test
    void comesBackAsItWas() {
        List<MeterVersion> versions = new ArrayList<>(MeterVersion.firsts(METERS));
        versions.add(new MeterVersion(METERS.get(1), 12, 3_600_000, 7_200_000));
        Definitions definitions = new Definitions(Long.MAX_VALUE - 1, versions);
        PackedDefinitions packed = PackedDefinitions.of(definitions);
        assertThat(packed.unpack()).isEqualTo(definitions);
        assertThat(PackedDefinitions.ofBytes(packed.toBytes()).unpack()).isEqualTo(definitions);
        assertThat(PackedDefinitions.of(Definitions.ofFirsts(List.of())).unpack().versions())
                .isEmpty();
    }

    /** They stand in every checkpoint, and are sent once for each key. */
    @Test
    void isSmallForTenThousandMeters() {
        List<MeterVersion> versions = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            Meter meter =
                    new Meter(
                            "customer-meter-" + i,
                            "What customer " + i + " used",
                            "type-" + i % 300,
                            METERS.get(1).aggregation(),
                            METERS.get(1).valuePath(),
                            METERS.get(1).groupBy(),
                            WindowSize.MINUTE);
            versions.add(MeterVersion.first(meter));
        }
        assertThat(PackedDefinitions.of(new Definitions(1, versions)).deflated())
                .hasSizeLessThan(150_000);
    }

    @Test
    void saysThatWhatIsCutShortIsDamaged() {
        byte[] whole = PackedDefinitions.of(Definitions.ofFirsts(METERS)).deflated();
        PackedDefinitions cut = new PackedDefinitions(3, Arrays.copyOf(whole, whole.length / 2));
        assertThatThrownBy(cut::unpack)
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("definitions of request 3 are damaged");
    }
}
