package io.tallyflow.operations.state;

import io.tallyflow.functions.aggregate.OpenUsage;
import io.tallyflow.operations.state.StateReport.Meter;
import io.tallyflow.schemas.measure.UsagePartial;
import io.tallyflow.schemas.measure.UsagePartials;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** The open windows of all keys, by meter. */
final class MeterSums {

    private final Map<String, Sum> sums = new TreeMap<>();

    /** Adds those of a key. */
    void add(List<OpenUsage> more) {
        for (OpenUsage usage : more) {
            sums.computeIfAbsent(usage.meter(), first -> new Sum()).add(usage);
        }
    }

    List<Meter> of() {
        return sums.entrySet().stream().map(sum -> sum.getValue().of(sum.getKey())).toList();
    }

    private static final class Sum {
        private final TreeSet<Long> windowStarts = new TreeSet<>();
        private UsagePartial total = UsagePartials.NONE;
        private long subjects;
        private long cells;
        private long distinctValues;

        void add(OpenUsage usage) {
            windowStarts.addAll(usage.windowStarts());
            total = UsagePartials.merge(total, usage.total());
            // A subject has one key.
            subjects += usage.subjects();
            cells += usage.cells();
            distinctValues += usage.distinctValues();
        }

        Meter of(String slug) {
            return new Meter(
                    slug,
                    windowStarts.size(),
                    Instant.ofEpochMilli(windowStarts.first()),
                    Instant.ofEpochMilli(windowStarts.last()),
                    subjects,
                    cells,
                    total,
                    distinctValues);
        }
    }
}
