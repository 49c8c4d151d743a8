package io.tallyflow.operations.imports;

import io.tallyflow.functions.meter.MeterReader;
import io.tallyflow.results.RequestFailedException;
import io.tallyflow.schemas.event.UsageEvent;
import io.tallyflow.schemas.measure.Aggregation;
import io.tallyflow.schemas.measure.UsagePartial;
import io.tallyflow.schemas.measure.UsagePartials;
import io.tallyflow.schemas.meter.MeterVersion;
import io.tallyflow.schemas.meter.VersionName;
import io.tallyflow.schemas.usage.Reading;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What events would bring to the totals of meters, by meter and subject. For one thread. */
final class ImportedChanges {

    /** Entry, key and partial. */
    private static final int BYTES_OF_CHANGE = 600;

    private static final int BYTES_OF_VALUE = 200;

    private final MeterReader reader;
    private final Map<String, Aggregation> aggregations = new HashMap<>();
    private final Map<String, Map<String, Change>> changes = new TreeMap<>();
    private final long memoryBytes;
    private long bytes;

    private static final class Change {
        private UsagePartial partial;
        private final Set<String> values = new HashSet<>();
        private long fromMillis;
        private long toMillis;

        Change(UsagePartial partial, Reading reading) {
            this.partial = partial;
            this.fromMillis = reading.windowStartMillis();
            this.toMillis = reading.windowEndMillis();
        }
    }

    /**
     * @param versions that totals are taken from
     * @param memoryBytes that it may fill, about
     */
    ImportedChanges(List<MeterVersion> versions, long memoryBytes) {
        this.reader = new MeterReader(versions);
        this.memoryBytes = memoryBytes;
        versions.forEach(
                version -> aggregations.put(version.meter().slug(), version.meter().aggregation()));
    }

    /**
     * Adds an event.
     *
     * @throws RequestFailedException if there are more subjects than memory holds
     */
    void add(UsageEvent event) {
        for (Reading reading : reader.read(event).readings()) {
            add(event, reading);
        }
    }

    private void add(UsageEvent event, Reading reading) {
        Map<String, Change> bySubject =
                changes.computeIfAbsent(VersionName.slug(reading.meter()), slug -> new TreeMap<>());
        UsagePartial partial = reading.partial(event);
        Change change = bySubject.get(event.subject());
        if (change == null) {
            change = new Change(partial, reading);
            bySubject.put(event.subject(), change);
            take(BYTES_OF_CHANGE);
        } else {
            change.partial = UsagePartials.merge(change.partial, partial);
            change.fromMillis = Math.min(change.fromMillis, reading.windowStartMillis());
            change.toMillis = Math.max(change.toMillis, reading.windowEndMillis());
        }
        String value = reading.distinct();
        if (value != null && change.values.add(value)) {
            take(BYTES_OF_VALUE);
        }
    }

    private void take(int more) {
        bytes += more;
        if (bytes > memoryBytes) {
            throw new RequestFailedException(
                    "what these events would change does not fit into %d MiB: name fewer files, or give it more memory with TALLYFLOW_JAVA_OPTS=-Xmx8g"
                            .formatted(memoryBytes >> 20));
        }
    }

    /** By meter and subject, in order. */
    List<ImportedChange> rows() {
        return changes.entrySet().stream()
                .flatMap(
                        meter ->
                                meter.getValue().entrySet().stream()
                                        .map(
                                                one ->
                                                        row(
                                                                meter.getKey(),
                                                                one.getKey(),
                                                                one.getValue())))
                .toList();
    }

    private ImportedChange row(String slug, String subject, Change change) {
        Aggregation aggregation = aggregations.get(slug);
        return new ImportedChange(
                slug,
                subject,
                Instant.ofEpochMilli(change.fromMillis),
                Instant.ofEpochMilli(change.toMillis),
                change.partial.readings(),
                aggregation == null
                        ? null
                        : aggregation.valueOf(change.partial, change.values.size()));
    }
}
