package io.tallyflow.connectors.refusal;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.connectors.refusal.SinkRefusedException.Refusal;
import org.junit.jupiter.api.Test;

final class RefusalTextTest {

    @Test
    void beginsWithTheNameAndEndsWithThePage() {
        assertThat(
                        new SinkRefusedException(Refusal.STATE_EXPIRED, "It is 9 days old.")
                                .getMessage())
                .isEqualTo(
                        "STATE_EXPIRED: It is 9 days old. See"
                                + " docs/operating/refusals/STATE_EXPIRED.md");
    }

    @Test
    void putsThePageBelowAList() {
        assertThat(StartRefusal.METER_CHANGED.saying("one\ntwo"))
                .isEqualTo("METER_CHANGED: one\ntwo\nSee docs/operating/refusals/METER_CHANGED.md");
    }

    @Test
    void isToldFromOtherTexts() {
        assertThat(RefusalText.isNamed("LEDGER_IN_USE: a\nb")).isTrue();
        assertThat(RefusalText.isNamed("ERROR: relation does not exist")).isFalse();
        assertThat(RefusalText.isNamed("see LEDGER_IN_USE: a")).isFalse();
    }
}
