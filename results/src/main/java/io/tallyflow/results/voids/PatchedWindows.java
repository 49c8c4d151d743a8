package io.tallyflow.results.voids;

import io.tallyflow.connectors.postgres.session.ColumnTime;
import io.tallyflow.results.Question;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Windows of a meter that were counted again without voided events: what the lake keeps of them is
 * what they had come to before.
 */
public final class PatchedWindows {

    /** No windows. */
    public static final PatchedWindows NONE = new PatchedWindows(List.of(), VoidedEvents.NONE);

    private static final Question<Window> WINDOWS =
            new Question<>(
                    """
                    select distinct l.name, w.subject, w.window_start
                    from tallyflow.patch_window w
                    join tallyflow.counting_run c on c.run = w.run and c.state = 'shown'
                    join tallyflow.layer l on l.layer = w.layer
                    where l.slug = ?
                      and (w.window_start >= ?::timestamptz) is not false
                      and (w.window_start < ?::timestamptz) is not false
                    """,
                    row ->
                            new Window(
                                    row.getString(1),
                                    row.getString(2),
                                    row.getObject(3, OffsetDateTime.class)
                                            .toInstant()
                                            .toEpochMilli()));

    private final Map<Long, Set<Owner>> byStart = new HashMap<>();
    private final Set<String> subjects = new HashSet<>();
    private final VoidedEvents voided;
    private long firstMillis = Long.MAX_VALUE;
    private long lastMillis = Long.MIN_VALUE;

    /**
     * One of them.
     *
     * @param layer name of the stream's layer
     * @param startMillis inclusive, milliseconds since the epoch, UTC
     */
    public record Window(String layer, String subject, long startMillis) {}

    private record Owner(String layer, String subject) {}

    /**
     * Some windows.
     *
     * @param voided events that do not count, in these or in others
     */
    public PatchedWindows(Collection<Window> windows, VoidedEvents voided) {
        this.voided = voided;
        for (Window window : windows) {
            byStart.computeIfAbsent(window.startMillis(), start -> new HashSet<>())
                    .add(new Owner(window.layer(), window.subject()));
            subjects.add(window.subject());
            firstMillis = Math.min(firstMillis, window.startMillis());
            lastMillis = Math.max(lastMillis, window.startMillis());
        }
    }

    /**
     * Those of a meter in some time.
     *
     * @param types of events that its versions count
     * @param from on a boundary of its windows, or before it; null for no bound
     * @param to on a boundary, or after it; null for no bound
     */
    public static PatchedWindows read(
            Connection connection,
            String slug,
            Collection<String> types,
            @Nullable Instant from,
            @Nullable Instant to)
            throws SQLException {
        VoidedEvents voided = VoidedEvents.read(connection, types, from, to);
        return voided.isEmpty()
                ? NONE
                : new PatchedWindows(
                        WINDOWS.all(connection, slug, ColumnTime.of(from), ColumnTime.of(to)),
                        voided);
    }

    /** Whether there are none. */
    public boolean isEmpty() {
        return byStart.isEmpty();
    }

    /** Whether a window is one of them. */
    public boolean holds(String layer, String subject, long startMillis) {
        Set<Owner> owners = byStart.get(startMillis);
        return owners != null && owners.contains(new Owner(layer, subject));
    }

    /** Whose they are. */
    public Set<String> subjects() {
        return Set.copyOf(subjects);
    }

    /** Start of the first of them. */
    public long firstMillis() {
        return firstMillis;
    }

    /** Start of the last of them. */
    public long lastMillis() {
        return lastMillis;
    }

    /** Events that do not count. */
    public VoidedEvents voided() {
        return voided;
    }
}
