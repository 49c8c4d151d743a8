package io.tallyflow.local.truth;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.schemas.measure.Aggregation;
import io.tallyflow.schemas.meter.GroupDimension;
import io.tallyflow.schemas.meter.Meter;
import io.tallyflow.schemas.meter.MeterFile;
import io.tallyflow.schemas.meter.WindowSize;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoMetersTest {

    @TempDir private Path directory;

    @Test
    void areThoseOfTheFileThatThePipelineIsGiven() throws Exception {
        List<Meter> file = MeterFile.read(DemoMeters.writeTo(directory));
        List<DemoMeter> known = DemoMeters.all();

        assertThat(known).hasSameSizeAs(file);
        for (int i = 0; i < file.size(); i++) {
            assertThat(known.get(i).slug()).isEqualTo(file.get(i).slug());
            assertThat(known.get(i).eventType()).isEqualTo(file.get(i).eventType());
            assertThat(known.get(i).aggregation()).isEqualTo(file.get(i).aggregation());
            assertThat(known.get(i).windowMillis()).isEqualTo(file.get(i).windowSize().millis());
            assertThat(known.get(i).groups())
                    .isSubsetOf(DemoMeters.GROUPS)
                    .isEqualTo(file.get(i).groupBy().stream().map(GroupDimension::name).toList());
        }
    }

    @Test
    void useEveryAggregationAndWindowSizeAndNoGroupToTwo() {
        List<DemoMeter> known = DemoMeters.all();

        assertThat(known.stream().map(DemoMeter::aggregation)).contains(Aggregation.values());
        assertThat(known.stream().map(DemoMeter::windowMillis))
                .contains(
                        WindowSize.MINUTE.millis(),
                        WindowSize.HOUR.millis(),
                        WindowSize.DAY.millis());
        assertThat(known.stream().map(meter -> meter.groups().size())).contains(0, 1, 2);
        assertThat(known.stream().map(DemoMeter::eventType))
                .contains(DemoMeters.PROMPT, DemoMeters.STORAGE)
                .doesNotContain(DemoMeters.HEARTBEAT);
    }
}
