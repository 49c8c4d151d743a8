package io.tallyflow.functions.meter;

import io.tallyflow.functions.paths.Kind;
import io.tallyflow.functions.paths.PathTrie;
import io.tallyflow.schemas.meter.JsonPath;
import io.tallyflow.schemas.meter.Meter;
import io.tallyflow.schemas.meter.MeterVersion;
import io.tallyflow.schemas.quantity.QuantityResult;
import io.tallyflow.schemas.quantity.QuantityResult.Problem;
import io.tallyflow.schemas.usage.IgnoredReading;
import io.tallyflow.schemas.usage.IgnoredReason;
import io.tallyflow.schemas.usage.Reading;
import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One version of a meter with its paths resolved to slots. */
final class CompiledMeter {

    private static final int NO_SLOT = -1;

    private final MeterVersion version;
    private final Meter meter;
    private final String name;
    private final int valueSlot;
    private final Grouping grouping;

    CompiledMeter(MeterVersion version, PathTrie paths, Grouping grouping) {
        this.version = version;
        this.meter = version.meter();
        this.name = version.name();
        JsonPath value = meter.valuePath();
        this.valueSlot = value == null ? NO_SLOT : paths.slotOf(value);
        this.grouping = grouping;
    }

    /** Whether events of a time are the version's own; milliseconds since the epoch, UTC. */
    boolean owns(long timeMillis) {
        return version.owns(timeMillis);
    }

    /** Adds a reading, or why there is none. */
    void read(
            PlacedValues found,
            long timeMillis,
            List<Reading> readings,
            List<IgnoredReading> ignored) {
        IgnoredReason reason =
                switch (meter.aggregation().takes()) {
                    case NOTHING -> readWhatever(found, timeMillis, readings);
                    case NUMBER -> readNumber(found, timeMillis, readings);
                    case TEXT -> readText(found, timeMillis, readings);
                };
        if (reason != null) {
            ignored.add(new IgnoredReading(meter.slug(), reason));
        }
    }

    private @Nullable IgnoredReason readWhatever(
            PlacedValues found, long timeMillis, List<Reading> readings) {
        readings.add(reading(found, timeMillis, null, null));
        return null;
    }

    private @Nullable IgnoredReason readText(
            PlacedValues found, long timeMillis, List<Reading> readings) {
        IgnoredReason reason = noValue(found.kind(valueSlot));
        if (reason == null) {
            readings.add(reading(found, timeMillis, null, found.valueText(valueSlot)));
        }
        return reason;
    }

    private @Nullable IgnoredReason readNumber(
            PlacedValues found, long timeMillis, List<Reading> readings) {
        Kind kind = found.kind(valueSlot);
        IgnoredReason reason = kind == Kind.BOOLEAN ? IgnoredReason.BOOLEAN : noValue(kind);
        if (reason != null) {
            return reason;
        }
        QuantityResult result = found.quantity(valueSlot);
        if (result.problem() != null) {
            return reasonOf(result.problem());
        }
        readings.add(reading(found, timeMillis, result.value(), null));
        return null;
    }

    private static @Nullable IgnoredReason noValue(Kind kind) {
        return switch (kind) {
            case MISSING -> IgnoredReason.MISSING;
            case NULL -> IgnoredReason.NULL;
            case OBJECT -> IgnoredReason.OBJECT;
            case ARRAY -> IgnoredReason.ARRAY;
            case BOOLEAN, NUMBER, STRING, ESCAPED_STRING -> null;
        };
    }

    private static IgnoredReason reasonOf(Problem problem) {
        return switch (problem) {
            case NUMBER_FORMAT -> IgnoredReason.NUMBER_FORMAT;
            case NUMBER_RANGE -> IgnoredReason.NUMBER_RANGE;
        };
    }

    private Reading reading(
            PlacedValues found,
            long timeMillis,
            @Nullable BigDecimal value,
            @Nullable String distinct) {
        long start = meter.windowSize().startOf(timeMillis);
        long end = start + meter.windowSize().millis();
        return new Reading(name, grouping.text(found), start, end, value, distinct);
    }
}
