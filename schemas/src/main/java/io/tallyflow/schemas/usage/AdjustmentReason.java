package io.tallyflow.schemas.usage;

import java.util.Locale;

/** Why a settled window's total changed. */
public enum AdjustmentReason {
    LATE,
    BACKFILL,
    VOID;

    /** As written in {@code tallyflow.adjustment.reason}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
