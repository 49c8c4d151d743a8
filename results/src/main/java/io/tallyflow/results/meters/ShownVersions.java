package io.tallyflow.results.meters;

import io.tallyflow.connectors.postgres.schema.MeterColumns;
import io.tallyflow.results.Question;
import io.tallyflow.schemas.meter.MeterVersion;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;

/** The versions of a meter that totals are taken from, each with the event time that it owns. */
public final class ShownVersions {

    private static final Question<ShownVersion> VERSIONS =
            new Question<>(
                    """
                    select d.slug, d.description, d.aggregation, d.window_size, l.version,
                        l.event_type, l.value_property, l.group_by, l.counts_from, l.counts_to,
                        r.request
                    from tallyflow.layer l
                    join tallyflow.meter_definition d on d.slug = l.slug
                    join tallyflow.meter_request r
                        on r.kind = 'define' and r.slug = l.slug and r.version = l.version
                    where l.slug = ? and l.kind = 'stream' and l.shown and d.in_force
                    order by l.version
                    """,
                    ShownVersions::withoutRuns);

    private static final Question<MeterVersion> ALL =
            new Question<>(
                    """
                    select d.slug, d.description, d.aggregation, d.window_size, l.version,
                        l.event_type, l.value_property, l.group_by, l.counts_from, l.counts_to
                    from tallyflow.layer l
                    join tallyflow.meter_definition d on d.slug = l.slug
                    where l.kind = 'stream' and l.shown and d.in_force
                    order by l.slug, l.version
                    """,
                    MeterColumns::version);

    private static final Question<MeterVersion> RUNS =
            new Question<>(
                    """
                    select d.slug, d.description, d.aggregation, d.window_size, l.version,
                        l.event_type, l.value_property, l.group_by, c.counts_from, c.counts_to
                    from tallyflow.counting_run c
                    join tallyflow.layer l on l.layer = c.layer
                    join tallyflow.meter_definition d on d.slug = l.slug
                    where l.slug = ? and c.state = 'shown'
                    """,
                    MeterColumns::version);

    private ShownVersions() {}

    private static ShownVersion withoutRuns(ResultSet row) throws SQLException {
        return new ShownVersion(MeterColumns.version(row), row.getLong("request"), List.of());
    }

    /** Those of all meters that are in force, in order. */
    public static List<MeterVersion> all(Connection connection) throws SQLException {
        return ALL.all(connection);
    }

    /** In order; none of a meter that is not known, or not in force. */
    public static List<ShownVersion> read(Connection connection, String slug) throws SQLException {
        List<MeterVersion> runs = RUNS.all(connection, slug);
        return VERSIONS.all(connection, slug).stream().map(shown -> with(runs, shown)).toList();
    }

    private static ShownVersion with(List<MeterVersion> runs, ShownVersion shown) {
        int version = shown.version().version();
        return new ShownVersion(
                shown.version(),
                shown.request(),
                runs.stream().filter(run -> run.version() == version).toList());
    }
}
