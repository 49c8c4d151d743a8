package io.tallyflow.results.voids;

import io.tallyflow.connectors.postgres.session.ColumnTime;
import io.tallyflow.results.Question;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Events in the lake that no total includes any more, because voids took them back. */
public final class VoidedEvents {

    /** No event. */
    public static final VoidedEvents NONE = new VoidedEvents(List.of());

    private static final Question<Name> APPLIED =
            new Question<>(
                    """
                    select v.subject, v.source, v.id from tallyflow.void_event v
                    where v.state = 'applied' and v.event_type = any (string_to_array(?, E'\n'))
                      and (v.event_at >= ?::timestamptz) is not false
                      and (v.event_at < ?::timestamptz) is not false
                    """,
                    row -> new Name(row.getString(1), row.getString(2), row.getString(3)));

    private final Set<Name> names;

    /** Most events are told by their ids alone. */
    private final Set<String> ids;

    /** What makes an event the same event. */
    public record Name(String subject, String source, String id) {}

    /** Events of some names. */
    public VoidedEvents(Collection<Name> names) {
        this.names = Set.copyOf(names);
        this.ids = names.stream().map(Name::id).collect(Collectors.toUnmodifiableSet());
    }

    /**
     * Those of some types and some time.
     *
     * @param types without control characters, as meters name them
     * @param from event time; null for no bound
     * @param to the first event time that is not asked for; null for no bound
     */
    public static VoidedEvents read(
            Connection connection,
            Collection<String> types,
            @Nullable Instant from,
            @Nullable Instant to)
            throws SQLException {
        List<Name> names =
                APPLIED.all(
                        connection,
                        String.join("\n", types),
                        ColumnTime.of(from),
                        ColumnTime.of(to));
        return names.isEmpty() ? NONE : new VoidedEvents(names);
    }

    /** Their names. */
    public Set<Name> names() {
        return names;
    }

    /** Whether there are none. */
    public boolean isEmpty() {
        return names.isEmpty();
    }

    /** Whether an event is one of them. */
    public boolean holds(String subject, String source, String id) {
        return ids.contains(id) && names.contains(new Name(subject, source, id));
    }
}
