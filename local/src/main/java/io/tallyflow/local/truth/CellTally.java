package io.tallyflow.local.truth;

import io.tallyflow.schemas.measure.Aggregation;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Adds up readings of one meter, one by one, and keeps no more of them than it must. */
final class CellTally {

    private static final BigDecimal LIMIT = BigDecimal.TEN.pow(20);
    private static final int SCALE = 18;

    private final Aggregation aggregation;
    private long readings;
    private BigDecimal sum = BigDecimal.ZERO;
    private @Nullable BigDecimal chosen;
    private @Nullable Moment chosenAt;
    private @Nullable Set<String> distinct;

    /** When a reading was taken, and which one of those of the same time it is. */
    private record Moment(long timeMicros, String source, String id) {

        boolean isAfter(Moment other) {
            if (timeMicros != other.timeMicros) {
                return timeMicros > other.timeMicros;
            }
            int bySource = bytes(source, other.source);
            return bySource != 0 ? bySource > 0 : bytes(id, other.id) > 0;
        }
    }

    CellTally(Aggregation aggregation) {
        this.aggregation = aggregation;
    }

    /**
     * Counts an event.
     *
     * @return why it gives no reading; null if it counted
     */
    @Nullable String add(Usage usage) {
        return switch (aggregation) {
            case COUNT -> count();
            case UNIQUE_COUNT -> addItem(usage.payload().item());
            default -> addQuantity(usage);
        };
    }

    private @Nullable String count() {
        readings++;
        return null;
    }

    private @Nullable String addItem(Written item) {
        if (item.noText() != null) {
            return item.noText();
        }
        if (distinct == null) {
            distinct = new HashSet<>(4);
        }
        distinct.add(item.text());
        return count();
    }

    private @Nullable String addQuantity(Usage usage) {
        BigDecimal number = usage.payload().quantity().number();
        if (number == null) {
            return usage.payload().quantity().noNumber();
        }
        BigDecimal next = sum.add(number);
        if (next.abs().compareTo(LIMIT) >= 0) {
            return "TOTAL_RANGE";
        }
        sum = next;
        choose(number, new Moment(usage.timeMicros(), usage.source(), usage.id()));
        return count();
    }

    private void choose(BigDecimal number, @Nullable Moment at) {
        if (chosen == null || isBetter(number, at, chosen)) {
            chosen = number;
            chosenAt = aggregation == Aggregation.LATEST ? at : null;
        }
    }

    private boolean isBetter(BigDecimal number, @Nullable Moment at, BigDecimal than) {
        return switch (aggregation) {
            case MIN -> number.compareTo(than) < 0;
            case MAX -> number.compareTo(than) > 0;
            case LATEST -> at != null && chosenAt != null && at.isAfter(chosenAt);
            default -> false;
        };
    }

    private static int bytes(String left, String right) {
        return Arrays.compareUnsigned(
                left.getBytes(StandardCharsets.UTF_8), right.getBytes(StandardCharsets.UTF_8));
    }

    /** Adds what another one of the same aggregation holds; sums of cells have no limit. */
    void merge(CellTally other) {
        readings += other.readings;
        sum = sum.add(other.sum);
        if (other.chosen != null) {
            choose(other.chosen, other.chosenAt);
        }
        if (other.distinct != null) {
            distinct = distinct == null ? new HashSet<>() : distinct;
            distinct.addAll(other.distinct);
        }
    }

    boolean isEmpty() {
        return readings == 0;
    }

    Total total() {
        return readings == 0 ? Total.NONE : new Total(readings, value());
    }

    private @Nullable BigDecimal value() {
        return switch (aggregation) {
            case SUM -> sum;
            case COUNT -> BigDecimal.valueOf(readings);
            case UNIQUE_COUNT -> BigDecimal.valueOf(distinct == null ? 0 : distinct.size());
            case AVG -> sum.divide(BigDecimal.valueOf(readings), SCALE, RoundingMode.HALF_UP);
            case MIN, MAX, LATEST -> chosen;
        };
    }
}
