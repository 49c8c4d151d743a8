package io.tallyflow.functions.parse;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.functions.paths.MeterPaths;
import io.tallyflow.schemas.event.ConsumedRecord;
import io.tallyflow.schemas.measure.Aggregation;
import io.tallyflow.schemas.meter.JsonPath;
import io.tallyflow.schemas.meter.Meter;
import io.tallyflow.schemas.meter.MeterVersion;
import io.tallyflow.schemas.meter.WindowSize;
import java.util.List;
import org.apache.flink.util.InstantiationUtil;
import org.junit.jupiter.api.Test;

final class UsageEventParsersTest {

    private static final List<Meter> METERS =
            List.of(
                    new Meter(
                            "tokens",
                            "",
                            "t",
                            Aggregation.SUM,
                            JsonPath.parse("$.n"),
                            List.of(),
                            WindowSize.MINUTE));

    private final UsageEventParsers parsers = new UsageEventParsers(MeterVersion.firsts(METERS));

    @Test
    void stillKnowTheMetersWhenTheyHaveTravelled() throws Exception {
        ConsumedRecord record =
                Records.structured(Records.json(",\"specversion\":\"1.0\",\"data\":{\"n\":5}"));
        assertThat(InstantiationUtil.clone(parsers).get().apply(record).places())
                .isNotNull()
                .isEqualTo(new UsageEventParser(new MeterPaths(METERS)).parse(record).places());
    }

    @Test
    void giveEachTaskAParserOfItsOwn() {
        assertThat(parsers.get()).isNotSameAs(parsers.get());
    }
}
