package io.tallyflow.connectors.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.schemas.commit.CommitName;
import io.tallyflow.schemas.progress.LaneCounts;
import io.tallyflow.schemas.progress.Progress;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class LedgerTest {

    private static final Ledger FIRST =
            new Ledger(
                    0,
                    0,
                    CommitName.NONE,
                    null,
                    null,
                    Map.of(),
                    LaneCounts.ZERO,
                    Map.of(),
                    null,
                    0);

    private static Ledger after(Ledger ledger, long watermark, long lateness) {
        return ledger.after(
                new CommitName(1, 1),
                Progress.of(LaneCounts.ZERO, Map.of(), watermark, Map.of(), Progress.NO_EVENT),
                Duration.ofMillis(lateness));
    }

    @Test
    void nothingHasSettledWithoutAWatermark() {
        assertThat(after(FIRST, Progress.NO_WATERMARK, 10).settledUntilMillis()).isNull();
        assertThat(after(FIRST, Long.MIN_VALUE, 10).settledUntilMillis()).isNull();
    }

    @Test
    void windowsSettleOnceTheWatermarkIsBeyondTheLatenessAfterTheirEnd() {
        Ledger ledger = after(FIRST, 999, 0);
        assertThat(ledger.settledUntilMillis()).isEqualTo(1_000);
        assertThat(after(FIRST, 1_009, 10).settledUntilMillis()).isEqualTo(1_000);
        assertThat(after(ledger, Progress.NO_WATERMARK, 0).settledUntilMillis()).isEqualTo(1_000);
    }

    @Test
    void whatHasSettledStaysSoUnderALongerLateness() {
        Ledger ledger = after(FIRST, 999, 0);
        assertThat(after(ledger, 1_099, 200).settledUntilMillis()).isEqualTo(1_000);
        assertThat(after(ledger, 1_299, 200).settledUntilMillis()).isEqualTo(1_100);
        assertThat(ledger.inEpoch(1).settledUntilMillis()).isEqualTo(1_000);
    }
}
