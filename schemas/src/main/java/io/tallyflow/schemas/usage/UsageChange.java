package io.tallyflow.schemas.usage;

import io.tallyflow.schemas.progress.Progress;
import org.jspecify.annotations.Nullable;

/** One thing a commit must carry: exactly one component is not null. */
public record UsageChange(
        @Nullable UsageRow row,
        @Nullable Adjustment adjustment,
        @Nullable DistinctValue distinct,
        @Nullable Progress progress) {

    public static UsageChange of(UsageRow row) {
        return new UsageChange(row, null, null, null);
    }

    public static UsageChange of(Adjustment adjustment) {
        return new UsageChange(null, adjustment, null, null);
    }

    public static UsageChange of(DistinctValue distinct) {
        return new UsageChange(null, null, distinct, null);
    }

    public static UsageChange of(Progress progress) {
        return new UsageChange(null, null, null, progress);
    }
}
