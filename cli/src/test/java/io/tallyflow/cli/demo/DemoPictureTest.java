package io.tallyflow.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.local.truth.PostgresResults;
import io.tallyflow.schemas.progress.LaneCounts;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DemoPictureTest {

    private static final LaneCounts COUNTS =
            LaneCounts.inOrder(25_000, 21_000, 1_000, 2_400, 300, 0, 300, 80_000, 5, 17);

    @Test
    void showsProgressLanesAndTotals() {
        assertThat(DemoPicture.lines(snapshot(COUNTS, true, Instant.ofEpochSecond(1)), 80))
                .containsExactly(
                        "Tallyflow demo, seed 7, 12 s",
                        "sent       [" + "#".repeat(23) + "-".repeat(24) + "]   50,000 of 100,000",
                        "committed  [" + "#".repeat(11) + "-".repeat(36) + "]   25,000 of 100,000",
                        "4,321 events/s   lag 25,000   commit 14, 0.4 s ago",
                        "watermark  1970-01-01T00:00:01Z",
                        "",
                        "lane              records  as they must be",
                        "metered            21,000  84.0 %  " + "#".repeat(38),
                        "unmatched           1,000   4.0 %  #",
                        "duplicate           2,400   9.6 %  " + "#".repeat(4),
                        "conflict              300   1.2 %  #",
                        "stale                   0   0.0 %",
                        "rejected              300   1.2 %  #",
                        "",
                        "meter                    total of everything so far",
                        "tokens_total             5337621429788030590243.655715782139323464",
                        "requests_total           0",
                        "users_active             nothing yet",
                        "tokens_average           nothing yet",
                        "tokens_largest           nothing yet",
                        "bytes_stored             nothing yet",
                        "bytes_least              nothing yet",
                        "volumes_used             nothing yet");
    }

    @Test
    void saysWhenTheLanesAreWrong() {
        assertThat(DemoPicture.lines(snapshot(COUNTS, false, null), 80))
                .contains(
                        "watermark  none yet", "lane              records  NOT WHAT THEY MUST BE");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 10, 20, 34, 35, 40, 60, 79, 80, 81, 132, 500})
    void isNeverWiderThanTheTerminalAndAlwaysAsHigh(int width) {
        for (LaneCounts counts : List.of(LaneCounts.ZERO, COUNTS)) {
            List<String> lines = DemoPicture.lines(snapshot(counts, true, null), width);

            assertThat(lines).hasSize(23);
            assertThat(lines)
                    .allSatisfy(
                            line ->
                                    assertThat(line)
                                            .hasSizeLessThanOrEqualTo(width)
                                            .matches("[ -~]*"));
        }
    }

    @Test
    void leavesNoDoubtThatNumberWasCut() {
        assertThat(DemoPicture.lines(snapshot(COUNTS, true, null), 40))
                .contains("tokens_total             53376214297880~");
    }

    private static DemoSnapshot snapshot(
            LaneCounts counts, boolean equal, @Nullable Instant watermark) {
        Map<String, BigDecimal> totals = new LinkedHashMap<>();
        totals.put("tokens_total", new BigDecimal("5337621429788030590243.655715782139323464"));
        totals.put("requests_total", new BigDecimal("0.00"));
        return new DemoSnapshot(
                7,
                100_000,
                50_000,
                Duration.ofSeconds(12),
                4_321,
                new PostgresResults(
                        0,
                        14,
                        Map.of(),
                        counts,
                        watermark,
                        Duration.ofMillis(400),
                        Map.of(),
                        Map.of(),
                        Map.of()),
                equal,
                totals);
    }
}
