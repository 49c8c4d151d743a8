package io.tallyflow.operations.state;

import io.tallyflow.operations.state.StateReport.Band;
import io.tallyflow.operations.state.StateReport.Identities;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Identities by age, counted back from the newest: nothing here asks a clock. */
public final class IdentityBands {

    /** Where bands begin. A copy is recognised for 33 days, and state is kept for 40. */
    private static final List<Duration> FROM =
            List.of(
                    Duration.ZERO,
                    Duration.ofHours(1),
                    Duration.ofDays(1),
                    Duration.ofDays(7),
                    Duration.ofDays(33),
                    Duration.ofDays(40));

    private final TreeMap<Long, Long> perHour = new TreeMap<>();

    /** Adds those of a key, by hours since the epoch. */
    public void add(Map<Long, Long> more) {
        more.forEach((hour, count) -> perHour.merge(hour, count, Long::sum));
    }

    public Identities of() {
        if (perHour.isEmpty()) {
            return new Identities(0, null, List.of());
        }
        long end = perHour.lastKey() + 1;
        List<Band> bands = new ArrayList<>();
        long all = 0;
        for (int i = 0; i < FROM.size(); i++) {
            Duration to = i + 1 < FROM.size() ? FROM.get(i + 1) : null;
            SortedMap<Long, Long> within = perHour.headMap(end - FROM.get(i).toHours(), false);
            if (to != null) {
                within = within.tailMap(end - to.toHours());
            }
            long count = within.values().stream().mapToLong(Long::longValue).sum();
            bands.add(new Band(FROM.get(i), to, count));
            all += count;
        }
        return new Identities(all, Instant.ofEpochSecond(Duration.ofHours(end).toSeconds()), bands);
    }
}
