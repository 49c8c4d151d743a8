package io.tallyflow.connectors.postgres.schema;

import io.tallyflow.schemas.meter.MeterVersion;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/** Versions of meters that are asked for with numbers and times of the test's own. */
public final class AskedVersions {

    private static final String ASK =
            """
            insert into tallyflow.meter_request (kind, slug, version, description, event_type,
                aggregation, value_property, group_by, window_size, counts_from)
            select 'define', w.slug, w.version, w.description, w.event_type, w.aggregation,
                w.value_property, w.group_by::jsonb, w.window_size, w.counts_from
            from unnest(?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[],
                    ?::text[]::integer[], ?::text[]::timestamptz[])
                with ordinality as w (slug, description, event_type, aggregation, value_property,
                    group_by, window_size, version, counts_from, place)
            where not exists (
                select from tallyflow.meter_request r
                where r.kind = 'define' and r.slug = w.slug and r.version = w.version)
            order by w.place
            """;

    private AskedVersions() {}

    /**
     * Asks for those that are not asked for yet.
     *
     * @return number of the newest request
     */
    public static long ask(Connection connection, List<MeterVersion> versions) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(ASK)) {
            MeterRegistry.bindTexts(
                    statement, 1, MeterDefinition.of(versions), MeterDefinition.VERSION);
            statement.executeUpdate();
        }
        try (Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery(
                                "select coalesce(max(request), 0) from tallyflow.meter_request")) {
            row.next();
            return row.getLong(1);
        }
    }
}
