package io.tallyflow.functions;

import static io.tallyflow.schemas.event.AnEvent.anEvent;

import io.tallyflow.functions.partition.SubjectKeys;
import io.tallyflow.schemas.event.UsageEvent;
import io.tallyflow.schemas.stream.MeteredOrProgress;
import io.tallyflow.schemas.usage.MeteredEvent;
import io.tallyflow.schemas.usage.Reading;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Events for operator tests; times are milliseconds of event time unless a name says otherwise. */
public final class Events {

    public static final long MINUTE = 60_000L;

    /** Key groups that operator tests have. */
    public static final int MAX_PARALLELISM = 8;

    private static final SubjectKeys KEYS = new SubjectKeys(MAX_PARALLELISM, 1);

    private Events() {}

    /** The key that the event has in the stream. */
    public static int key(UsageEvent event) {
        return KEYS.keyOf(event);
    }

    public static UsageEvent event(String subject, String id, long timeMillis) {
        return event(subject, id, timeMillis, timeMillis, "{\"tokens\":1}");
    }

    public static UsageEvent event(
            String subject,
            String id,
            long timeMillis,
            long kafkaTimeMillis,
            @Nullable String data) {
        return anEvent()
                .subject(subject)
                .source("source")
                .id(id)
                .timeMicros(timeMillis * 1_000L)
                .data(data == null ? null : data.getBytes(StandardCharsets.UTF_8))
                .kafkaTimeMillis(kafkaTimeMillis)
                .build();
    }

    /** An event of which the meter {@code tokens} took one reading, in a minute window. */
    public static MeteredOrProgress reading(
            String subject, String id, long timeMillis, String value) {
        long start = Math.floorDiv(timeMillis, MINUTE) * MINUTE;
        Reading reading =
                new Reading("tokens", "{}", start, start + MINUTE, new BigDecimal(value), null);
        UsageEvent event = event(subject, id, timeMillis);
        return MeteredOrProgress.of(
                new MeteredEvent(event, List.of(reading), List.of(), true), key(event));
    }
}
