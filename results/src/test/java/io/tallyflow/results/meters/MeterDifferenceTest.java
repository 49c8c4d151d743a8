package io.tallyflow.results.meters;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.results.meters.MeterDifference.Field;
import io.tallyflow.results.meters.MeterDifference.Kind;
import io.tallyflow.schemas.meter.Meter;
import io.tallyflow.schemas.meter.MeterFile;
import java.util.List;
import org.junit.jupiter.api.Test;

class MeterDifferenceTest {

    private static final String SUM = "slug: m, eventType: t, aggregation: SUM, valueProperty: $.n";

    @Test
    void tellsEachMeterOfTheFileAndThoseThatItLacks() {
        List<DefinedMeter> known =
                List.of(
                        known("slug: b, eventType: t, aggregation: COUNT", true),
                        known("slug: gone, eventType: t, aggregation: COUNT", false),
                        known("slug: old, eventType: t, aggregation: COUNT", false),
                        known("slug: z, eventType: t, aggregation: COUNT", true));
        List<Meter> wanted =
                List.of(
                        meter("slug: new, eventType: t, aggregation: COUNT"),
                        meter("slug: old, eventType: t, aggregation: COUNT"),
                        meter("slug: b, eventType: t, aggregation: COUNT"));
        assertThat(MeterDifference.between(known, wanted))
                .containsExactly(
                        new MeterDifference("new", Kind.ADDED, List.of()),
                        new MeterDifference("old", Kind.RESUMED, List.of()),
                        new MeterDifference("b", Kind.UNCHANGED, List.of()),
                        new MeterDifference("z", Kind.MISSING, List.of()));
    }

    @Test
    void namesEveryFieldThatDiffers() {
        assertThat(
                        only(
                                SUM,
                                "slug: m, description: d, eventType: u, aggregation: MAX,"
                                        + " valueProperty: $.o, groupBy: {b: $.b, a: $.a},"
                                        + " windowSize: DAY"))
                .isEqualTo(
                        new MeterDifference(
                                "m",
                                Kind.REFUSED,
                                List.of(
                                        new Field("description", null, "d"),
                                        new Field("eventType", "t", "u"),
                                        new Field("aggregation", "SUM", "MAX"),
                                        new Field("valueProperty", "$.n", "$.o"),
                                        new Field("groupBy", null, "a=$.a, b=$.b"),
                                        new Field("windowSize", "MINUTE", "DAY"))));
        assertThat(only(SUM, "slug: m, eventType: t, aggregation: COUNT").fields())
                .containsExactly(
                        new Field("aggregation", "SUM", "COUNT"),
                        new Field("valueProperty", "$.n", null));
    }

    @Test
    void takesOtherPathsGroupsAndTypesForAnotherVersion() {
        assertThat(only(SUM, "slug: m, eventType: u, aggregation: SUM, valueProperty: $.n").kind())
                .isEqualTo(Kind.CHANGED);
        assertThat(only(SUM, SUM + ", groupBy: {a: $.a}").kind()).isEqualTo(Kind.CHANGED);
        assertThat(only(SUM, SUM + ", windowSize: HOUR").kind()).isEqualTo(Kind.REFUSED);
    }

    @Test
    void takesAnotherDescriptionForNoOtherMeaning() {
        MeterDifference described = only(SUM, SUM + ", description: d");
        assertThat(described.kind()).isEqualTo(Kind.DESCRIBED);
        assertThat(described.isAny()).isTrue();
        assertThat(only(SUM, SUM).isAny()).isFalse();
    }

    private static MeterDifference only(String known, String wanted) {
        List<MeterDifference> all =
                MeterDifference.between(List.of(known(known, true)), List.of(meter(wanted)));
        assertThat(all).hasSize(1);
        return all.get(0);
    }

    private static DefinedMeter known(String yaml, boolean inForce) {
        return new DefinedMeter(meter(yaml), inForce);
    }

    private static Meter meter(String yaml) {
        return MeterFile.parse("meters.yaml", "meters: [{" + yaml + "}]").get(0);
    }
}
