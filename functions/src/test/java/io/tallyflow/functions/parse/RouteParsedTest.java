package io.tallyflow.functions.parse;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.schemas.event.ParsedRecord;
import io.tallyflow.schemas.meter.Definitions;
import io.tallyflow.schemas.meter.PackedDefinitions;
import io.tallyflow.schemas.progress.Count;
import io.tallyflow.schemas.stream.EventOrProgress;
import java.util.List;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;

final class RouteParsedTest {

    private static final int GROUPS = 24;

    /** So it comes to every subtask, whatever their number is or will be. */
    @Test
    void sendsWhatIsCountedToEveryKeyGroupAndCountsNoRecord() throws Exception {
        PackedDefinitions definitions = PackedDefinitions.of(new Definitions(3, List.of()));
        try (var harness =
                new OneInputStreamOperatorTestHarness<>(new RouteParsed(1), GROUPS, 1, 0)) {
            harness.open();
            harness.processElement(new StreamRecord<>(ParsedRecord.of(definitions)));
            List<EventOrProgress> sent = List.copyOf(harness.extractOutputValues());
            assertThat(sent).allMatch(element -> element.definitions().request() == 3);
            assertThat(sent)
                    .extracting(
                            element ->
                                    KeyGroupRangeAssignment.assignToKeyGroup(element.key(), GROUPS))
                    .doesNotHaveDuplicates()
                    .hasSize(GROUPS);
            harness.prepareSnapshotPreBarrier(1);
            EventOrProgress last = harness.extractOutputValues().get(GROUPS);
            assertThat(last.progress().counts().of(Count.CONSUMED)).isZero();
            assertThat(last.progress().offsets()).isEmpty();
        }
    }
}
