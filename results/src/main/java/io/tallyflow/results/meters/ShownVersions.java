package io.tallyflow.results.meters;

import io.tallyflow.connectors.postgres.schema.MeterColumns;
import io.tallyflow.results.Question;
import io.tallyflow.schemas.meter.MeterVersion;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** The versions of a meter that totals are taken from, each with the event time that it owns. */
public final class ShownVersions {

    private static final Question<MeterVersion> VERSIONS =
            new Question<>(
                    """
            select d.slug, d.description, d.aggregation, d.window_size, l.version, l.event_type,
                l.value_property, l.group_by, l.counts_from, l.counts_to
            from tallyflow.layer l
            join tallyflow.meter_definition d on d.slug = l.slug
            where l.slug = ? and l.kind = 'stream' and l.shown and d.in_force
            order by l.version
            """,
                    MeterColumns::version);

    private ShownVersions() {}

    /** In order; none of a meter that is not known, or not in force. */
    public static List<MeterVersion> read(Connection connection, String slug) throws SQLException {
        return VERSIONS.all(connection, slug);
    }
}
