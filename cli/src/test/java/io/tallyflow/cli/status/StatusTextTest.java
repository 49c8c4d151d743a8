package io.tallyflow.cli.status;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.cli.terminal.FrameByFrame;
import io.tallyflow.results.status.LedgerStatus;
import io.tallyflow.results.status.PipelineStatus;
import io.tallyflow.results.status.TopicEnds;
import io.tallyflow.schemas.progress.LaneCounts;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

final class StatusTextTest {

    private static final PipelineStatus PIPELINE =
            new PipelineStatus(
                    "metering",
                    1,
                    41,
                    57,
                    3L,
                    Instant.parse("2026-01-01T00:00:00.001Z"),
                    new TreeMap<>(Map.of(0, 90L, 7, 5L)),
                    LaneCounts.inOrder(100, 90, 4, 3, 2, 1, 0, 170, 6, 10));

    @Test
    void alignsLanesAndLag() {
        TopicEnds topic =
                new TopicEnds(
                        new TreeMap<>(
                                Map.of(
                                        0, new TopicEnds.Range(0, 100, 100),
                                        10, new TopicEnds.Range(20, 1_020, 1_020))),
                        null);
        assertThat(StatusText.lines(status(), topic))
                .containsExactly(
                        "pipeline   metering",
                        "commit     41  epoch 1  checkpoint 57  3 s ago",
                        "watermark  2026-01-01T00:00:00.001Z",
                        "",
                        "consumed        100",
                        "metered          90",
                        "unmatched         4",
                        "duplicate         3",
                        "conflict          2",
                        "stale             1",
                        "rejected          0",
                        "readings        170",
                        "adjusted          6",
                        "ignored          10",
                        "",
                        "partition  committed   end   lag",
                        "        0         90   100    10",
                        "        7          5     -     -",
                        "       10          -  1020  1000",
                        "      all                   1010",
                        "",
                        "meters     calls, tokens");
    }

    @Test
    void showsNoLagWhereNothingIsLeftThatCouldBeRead() {
        TopicEnds topic =
                new TopicEnds(
                        new TreeMap<>(
                                Map.of(
                                        0, new TopicEnds.Range(0, 100, 100, 90),
                                        7, new TopicEnds.Range(0, 100, 100, 6),
                                        9, new TopicEnds.Range(3, 5, 5, 3))),
                        null);
        assertThat(StatusText.lines(status(), topic))
                .containsSubsequence(
                        "        0         90  100    0",
                        "        7          5  100   95",
                        "        9          -    5    0",
                        "      all                   95");
    }

    @Test
    void showsTheRestWhenKafkaIsNotKnown() {
        assertThat(StatusText.lines(status(), TopicEnds.unknown("cannot be asked")))
                .contains("kafka      cannot be asked", "consumed        100")
                .doesNotContain("partition");
    }

    @Test
    void saysSoBeforeTheFirstCommit() {
        LedgerStatus nothing = new LedgerStatus(List.of(), List.of());
        assertThat(StatusText.lines(nothing, TopicEnds.unknown("x")))
                .containsExactly("no pipeline has committed yet", "meters     none in force");
    }

    @Test
    void redrawsInPlaceOnATerminalOnly() {
        assertThat(shown(true)).isEqualTo("\u001b[Ha\u001b[K\n\u001b[J\u001b[Hb\u001b[K\n\u001b[J");
        assertThat(shown(false)).isEqualTo("a\n\nb\n\n");
    }

    private static String shown(boolean terminal) {
        StringWriter out = new StringWriter();
        FrameByFrame screen = new FrameByFrame(new PrintWriter(out), terminal);
        screen.show(List.of("a"));
        screen.show(List.of("b"));
        return out.toString().replace(System.lineSeparator(), "\n");
    }

    private static LedgerStatus status() {
        return new LedgerStatus(List.of(PIPELINE), List.of("calls", "tokens"));
    }
}
