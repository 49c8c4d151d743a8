package io.tallyflow.results.lake;

import io.tallyflow.results.Question;
import io.tallyflow.results.RequestFailedException;
import io.tallyflow.results.RequestRefusedException;
import io.tallyflow.results.meters.ShownVersion;
import io.tallyflow.results.meters.ShownVersions;
import io.tallyflow.results.query.RowConsumer;
import io.tallyflow.results.query.UsageFunction;
import io.tallyflow.results.query.UsageQuery;
import io.tallyflow.results.voids.PatchedWindows;
import io.tallyflow.schemas.meter.Meter;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.List;

/**
 * Tables that look to {@code tallyflow.query} like those of the results, and the same function over
 * them: for one transaction, which leaves nothing behind.
 */
final class TemporaryTables implements AutoCloseable {

    private static final Question<Permission> PERMISSION =
            new Question<>(
                    """
            select pg_is_in_recovery(),
                has_database_privilege(current_database(), 'temporary'),
                format('grant temporary on database %I to %I', current_database(), current_user)
            """,
                    row -> new Permission(row.getBoolean(1), row.getBoolean(2), row.getString(3)));

    /** What the server lets this user do; the grant is what an administrator can run. */
    private record Permission(boolean isStandby, boolean isGranted, String grant) {}

    /**
     * What an administrator presets to keep short questions short, a load cannot live with. For
     * this transaction only, because behind a connection pool the session is not ours.
     */
    private static final String LIMITS =
            """
            set transaction isolation level read committed, read write;
            set local work_mem = '64MB';
            select set_config(name, '0', true) from pg_settings
            where name in ('statement_timeout', 'transaction_timeout',
                'idle_in_transaction_session_timeout');
            """;

    /**
     * The tables have the columns of the real ones, and neither their keys, as a cell may come in
     * parts, nor a lock on them. The function has the text that is installed, but for the names of
     * these tables; what else it calls stays where it is.
     */
    private static final String TABLES =
            """
            do $$
            declare
                name text;
                query text := pg_get_functiondef('tallyflow.query(
                    text, timestamptz, timestamptz, text, text, text[], text[], jsonb
                    )'::regprocedure);
            begin
                foreach name in array array['meter_definition', 'layer', 'cell', 'usage_row',
                    'adjustment_row', 'distinct_value', 'query']
                loop
                    query := regexp_replace(
                        query, '\\mtallyflow\\.' || name || '\\M', 'pg_temp.' || name, 'g');
                    if name <> 'query' then
                        execute format(
                            'create temporary table %1$I on commit drop as'
                                ' select (null::tallyflow.%1$I).* with no data',
                            name);
                    end if;
                end loop;
                execute query;
            end
            $$;
            alter table pg_temp.usage_row
                add column subject text collate "C", add column group_text text collate "C";
            alter table pg_temp.distinct_value
                add column subject text collate "C", add column group_text text collate "C";
            """;

    private static final String DEFINITION =
            """
            insert into pg_temp.meter_definition
            select * from tallyflow.meter_definition where slug = ?
            """;

    /** What the versions have counted, each for its time, comes as one. */
    private static final String LAYER =
            """
            insert into pg_temp.layer (layer, slug, version, kind, name, since_commit, event_type,
                group_by, shown)
            select l.layer, l.slug, l.version, l.kind, l.name, l.since_commit, l.event_type,
                (select coalesce(jsonb_object_agg(g.key, g.value), '{}')
                 from tallyflow.layer o, jsonb_each(o.group_by) g
                 where o.slug = l.slug and o.shown and (not a.alone or o.version = a.version)), true
            from tallyflow.layer l
            join (values (?::text, ?::boolean, ?::integer)) a (slug, alone, version)
                on l.slug = a.slug and (not a.alone or l.version = a.version)
            where l.shown order by l.layer limit 1
            """;

    private static final Question<Boolean> IS_ZONE =
            new Question<>("select tallyflow.is_time_zone(?)", row -> row.getBoolean(1));

    private static final Question<Integer> FILLED_LAYER =
            new Question<>("select layer from pg_temp.layer", row -> row.getInt(1));

    /** Parts are in one of the two tables. */
    private static final String CELLS =
            """
            analyze pg_temp.usage_row, pg_temp.distinct_value;
            insert into pg_temp.cell (cell, layer, subject, group_by)
            select p.cell, min(p.layer), min(p.subject), min(p.group_text)::jsonb
            from pg_temp.usage_row p group by p.cell
            union all
            select p.cell, min(p.layer), min(p.subject), min(p.group_text)::jsonb
            from pg_temp.distinct_value p group by p.cell;
            analyze pg_temp.cell;
            """;

    private static final String UTC = "UTC";

    private final Connection connection;

    private TemporaryTables(Connection connection) {
        this.connection = connection;
    }

    /**
     * Begins the transaction and makes empty tables.
     *
     * @throws RequestFailedException if they cannot be made here
     */
    static TemporaryTables make(Connection connection) throws SQLException {
        requirePermission(connection);
        try (Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute(LIMITS);
            statement.execute(TABLES);
        }
        return new TemporaryTables(connection);
    }

    private static void requirePermission(Connection connection) throws SQLException {
        Permission permission = PERMISSION.one(connection);
        if (permission.isStandby()) {
            throw new RequestFailedException(
                    "the lake is asked by way of temporary tables in Postgres, and a standby"
                            + " makes none: name its primary");
        }
        if (!permission.isGranted()) {
            throw new RequestFailedException(
                    "the lake is asked by way of temporary tables in Postgres, and this user"
                            + " may make none: let an administrator run: "
                            + permission.grant());
        }
    }

    /**
     * Takes over the definition of a meter.
     *
     * @return its versions, or the only one that is asked; none if there is no such meter or
     *     version, which the function will say
     * @throws RequestRefusedException if it is not in force any more
     */
    List<ShownVersion> define(UsageQuery query) throws SQLException {
        String slug = query.slug();
        Integer alone = query.version();
        boolean isKnown = Question.run(connection, DEFINITION, slug) > 0;
        Question.run(connection, LAYER, slug, alone != null, alone);
        List<ShownVersion> versions = ShownVersions.read(connection, slug);
        if (isKnown && versions.isEmpty()) {
            throw new RequestRefusedException(
                    "meter: "
                            + slug
                            + " is not in force any more, and the lake does not say until when it"
                            + " was: ask Postgres, with --engine postgres");
        }
        return versions.stream()
                .filter(shown -> alone == null || shown.version().version() == alone)
                .toList();
    }

    /** Windows that are needed and were counted again without events that voids took back. */
    PatchedWindows patched(NeededUsage needed) throws SQLException {
        return PatchedWindows.read(
                connection,
                needed.meter().slug(),
                needed.types(),
                needed.firstInstant(),
                needed.endInstant());
    }

    /**
     * Whether the arguments of a query make sense, as far as that does not hang on where there is
     * usage. Asked while the tables are empty, so that nobody waits for the lake in vain; the
     * function itself says later what is wrong.
     */
    boolean canAnswer(UsageQuery query) throws SQLException, IOException {
        if (!IS_ZONE.one(connection, query.timeZone())) {
            return false;
        }
        Savepoint before = connection.setSavepoint();
        try {
            // Windows of this zone begin on every grain.
            ask(query.in(UTC), row -> {});
            return true;
        } catch (SQLException e) {
            if (!UsageFunction.isRefusal(e)) {
                throw e;
            }
            connection.rollback(before);
            return false;
        }
    }

    /** Begins to fill the tables with parts of a meter's cells; {@link #settle} ends it. */
    PartCopy fill(Meter meter) throws SQLException {
        return PartCopy.begin(connection, meter.aggregation(), FILLED_LAYER.one(connection));
    }

    /** Names the cells of all parts, and lets the planner know how many there are. */
    void settle() throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(CELLS);
        }
    }

    /** Hands over what the function answers. */
    void ask(UsageQuery query, RowConsumer rows) throws SQLException, IOException {
        UsageFunction.TEMPORARY.ask(connection, query, rows);
    }

    @Override
    public void close() throws SQLException {
        connection.rollback();
    }
}
