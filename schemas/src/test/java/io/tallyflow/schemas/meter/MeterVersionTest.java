package io.tallyflow.schemas.meter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

class MeterVersionTest {

    private static final long HOUR = 3_600_000;

    private static final Meter HOURLY =
            MeterFile.parse(
                            "meters.yaml",
                            "meters: [{slug: m, eventType: t, aggregation: COUNT, windowSize: HOUR}]")
                    .get(0);

    @Test
    void isNamedBySlugAndFromTheSecondOnByNumber() {
        assertThat(MeterVersion.first(HOURLY).name()).isEqualTo("m");
        assertThat(new MeterVersion(HOURLY, 12, 0, HOUR).name()).isEqualTo("m@12");
        for (String name : List.of("m", "m@2", "m@12")) {
            assertThat(VersionName.of(VersionName.slug(name), VersionName.version(name)))
                    .isEqualTo(name);
        }
        assertThat(LayerName.of("m")).isEqualTo("m@1");
        assertThat(LayerName.of("m@2")).isEqualTo("m@2");
    }

    @Test
    void ownsItsStretchOfEventTimeWithoutTheEnd() {
        MeterVersion bounded = new MeterVersion(HOURLY, 2, HOUR, 2 * HOUR);
        assertThat(bounded.owns(HOUR - 1)).isFalse();
        assertThat(bounded.owns(HOUR)).isTrue();
        assertThat(bounded.owns(2 * HOUR - 1)).isTrue();
        assertThat(bounded.owns(2 * HOUR)).isFalse();
        MeterVersion unbounded = MeterVersion.first(HOURLY);
        assertThat(unbounded.owns(Long.MIN_VALUE)).isTrue();
        assertThat(unbounded.owns(Long.MAX_VALUE - 1)).isTrue();
    }

    @Test
    void refusesABoundThatCutsAWindowAndTimeThatIsNone() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new MeterVersion(HOURLY, 2, HOUR + 60_000, 2 * HOUR))
                .withMessageContaining("begins or ends in a window");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new MeterVersion(HOURLY, 2, HOUR, 2 * HOUR + 1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new MeterVersion(HOURLY, 2, HOUR, HOUR))
                .withMessageContaining("counts no time");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new MeterVersion(HOURLY, 0, HOUR, 2 * HOUR));
    }
}
