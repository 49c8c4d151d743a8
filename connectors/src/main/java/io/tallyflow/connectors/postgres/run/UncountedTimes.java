package io.tallyflow.connectors.postgres.run;

import io.tallyflow.connectors.postgres.schema.MeterColumns;
import io.tallyflow.connectors.postgres.session.ColumnTime;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What neither the stream nor a run has counted, within the transaction of a connection. */
public final class UncountedTimes {

    private static final String UNCOUNTED =
            """
            select d.slug, d.description, d.aggregation, d.window_size, l.version, l.event_type,
                l.value_property, l.group_by, lower(g.gap) as counts_from,
                upper(g.gap) as counts_to, r.request, l.since_commit, l.layer
            from tallyflow.layer l
            join tallyflow.meter_definition d on d.slug = l.slug
            join tallyflow.meter_request r
                on r.kind = 'define' and r.slug = l.slug and r.version = l.version
            cross join lateral unnest(
                tstzmultirange(tstzrange(l.counts_from, l.counts_to))
                    * tstzmultirange(tstzrange(?, ?))
                - coalesce((
                    select range_agg(tstzrange(c.counts_from, c.counts_to))
                    from tallyflow.counting_run c
                    join tallyflow.layer o on o.layer = c.layer
                    where o.slug = l.slug and o.version = l.version and c.state = 'shown'),
                    '{}')) g (gap)
            where l.slug = ? and l.kind = 'stream' and (l.shown and ? is null or l.version = ?)
            order by l.version, g.gap
            """;

    private final Connection connection;

    public UncountedTimes(Connection connection) {
        this.connection = connection;
    }

    /**
     * What was not counted of a meter's versions that totals show, in order.
     *
     * @param from event time, on a boundary of the meter's windows; null for no bound
     * @param to the first time that is not looked at any more; null for no bound
     */
    public List<Uncounted> of(String slug, @Nullable Instant from, @Nullable Instant to)
            throws SQLException {
        return of(slug, null, from, to);
    }

    /** What was not counted of one version of a meter, whether totals show it or not; in order. */
    public List<Uncounted> of(String slug, int version) throws SQLException {
        return of(slug, version, null, null);
    }

    private List<Uncounted> of(
            String slug, @Nullable Integer version, @Nullable Instant from, @Nullable Instant to)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(UNCOUNTED)) {
            statement.setObject(1, ColumnTime.of(from));
            statement.setObject(2, ColumnTime.of(to));
            statement.setString(3, slug);
            statement.setObject(4, version, Types.INTEGER);
            statement.setObject(5, version, Types.INTEGER);
            List<Uncounted> all = new ArrayList<>();
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    all.add(
                            new Uncounted(
                                    MeterColumns.version(row),
                                    row.getLong("request"),
                                    row.getLong("since_commit"),
                                    row.getInt("layer")));
                }
            }
            return all;
        }
    }
}
