package io.tallyflow.connectors.kafka.source;

import io.tallyflow.schemas.meter.Definitions;
import io.tallyflow.schemas.meter.PackedDefinitions;
import io.tallyflow.schemas.progress.Metric;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.metrics.Gauge;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks at a steady pace what is to be counted, and tells all readers, and those that come later,
 * when it is something else. That nobody answers ends nothing: what was counted before is counted
 * on. Has no state: after a failure it asks, and tells, once more.
 */
public final class DefinitionsWatch {

    /** Since when nobody says what is to be counted. */
    private static final Metric TROUBLE =
            Metric.gauge(
                    "definitionsTroubleMs",
                    "ms",
                    "since when nobody says whether meters have changed; 0 while all is well");

    private static final Logger LOG = LoggerFactory.getLogger(DefinitionsWatch.class);

    private static final long PACE_MILLIS = 500;

    private final DefinitionsFeed feed;
    private final SplitEnumeratorContext<?> context;
    private final LongSupplier nanoTime;

    /** Written by the enumerator's thread, read by the one that asks. */
    private volatile long request;

    /** Null while all is well. Written by the enumerator's thread, read by whoever reports. */
    private volatile @Nullable Long troubleSince;

    private @Nullable DefinitionsEvent newest;

    DefinitionsWatch(
            FollowedDefinitions followed,
            SplitEnumeratorContext<?> context,
            LongSupplier nanoTime) {
        this.feed = followed.feed();
        this.request = followed.request();
        this.context = context;
        this.nanoTime = nanoTime;
    }

    /** Everything that is shown, for the reference. */
    public static List<Metric> reference() {
        return List.of(TROUBLE);
    }

    void start() {
        context.metricGroup()
                .addGroup(Metric.GROUP)
                .gauge(TROUBLE.name(), (Gauge<Long>) this::troubleMillis);
        context.callAsync(() -> feed.after(request), this::heed, 0, PACE_MILLIS);
    }

    private void heed(@Nullable Definitions asked, @Nullable Throwable failure) {
        if (failure != null) {
            beInTrouble(failure);
            return;
        }
        troubleSince = null;
        if (asked == null || asked.request() <= request) {
            return;
        }
        DefinitionsEvent event = new DefinitionsEvent(PackedDefinitions.of(asked));
        request = asked.request();
        newest = event;
        LOG.info(
                "Request {} has changed what is counted: {} versions of meters now",
                asked.request(),
                asked.versions().size());
        for (int subtask : context.registeredReaders().keySet()) {
            context.sendEventToSourceReader(subtask, event);
        }
    }

    private void beInTrouble(Throwable failure) {
        if (troubleSince == null) {
            troubleSince = nanoTime.getAsLong();
            LOG.warn(
                    "Whether meters have changed cannot be asked now; the same are counted on",
                    failure);
        }
    }

    /** How long nobody has answered, milliseconds. */
    long troubleMillis() {
        Long since = troubleSince;
        return since == null ? 0 : TimeUnit.NANOSECONDS.toMillis(nanoTime.getAsLong() - since);
    }

    /** A reader may have missed what was told before it came. */
    void addReader(int subtask) {
        DefinitionsEvent told = newest;
        if (told != null) {
            context.sendEventToSourceReader(subtask, told);
        }
    }

    void close() {
        feed.close();
    }
}
