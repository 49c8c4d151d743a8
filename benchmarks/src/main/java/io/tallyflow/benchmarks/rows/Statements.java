package io.tallyflow.benchmarks.rows;

/** The statements that write rows. */
final class Statements {

    static final String COPY_BINARY = "copy rows.usage_row from stdin (format binary)";
    static final String COPY_TEXT = "copy rows.usage_row from stdin";

    static final String UPSERT_FULL =
            """
            insert into rows.usage_row (meter, subject, group_hash, group_by, window_start,
                window_end, readings, sum, min, max, latest, latest_at, latest_source, latest_id,
                settled, commit, shard)
            select meter, subject, group_hash, group_by::jsonb, window_start, window_end, readings,
                sum, min, max, latest, latest_at, latest_source, latest_id, settled, commit, shard
            from unnest(?::text[], ?::text[], ?::bytea[], ?::text[], ?::timestamptz[],
                ?::timestamptz[], ?::bigint[], ?::numeric[], ?::numeric[], ?::numeric[],
                ?::numeric[], ?::timestamptz[], ?::text[], ?::text[], ?::boolean[], ?::bigint[],
                ?::integer[])
                as row (meter, subject, group_hash, group_by, window_start, window_end, readings,
                    sum, min, max, latest, latest_at, latest_source, latest_id, settled, commit,
                    shard)
            on conflict (meter, subject, window_start, group_hash, shard) do update set
                readings = excluded.readings, sum = excluded.sum, min = excluded.min,
                max = excluded.max, latest = excluded.latest, latest_at = excluded.latest_at,
                latest_source = excluded.latest_source, latest_id = excluded.latest_id,
                settled = excluded.settled, commit = excluded.commit
            """;

    static final String INSERT =
            """
            insert into rows.usage_row (cell, window_start, shard, readings, sum, min, max, latest,
                latest_at, latest_source, latest_id, settled, commit)
            select * from unnest(?::uuid[], ?::timestamptz[], ?::integer[], ?::bigint[],
                ?::numeric[], ?::numeric[], ?::numeric[], ?::numeric[], ?::timestamptz[],
                ?::text[], ?::text[], ?::boolean[], ?::bigint[])
            """;

    static final String UPSERT =
            """
            insert into rows.usage_row (cell, window_start, shard, readings, sum, min, max, latest,
                latest_at, latest_source, latest_id, settled, commit)
            select * from unnest(?::uuid[], ?::timestamptz[], ?::integer[], ?::bigint[],
                ?::numeric[], ?::numeric[], ?::numeric[], ?::numeric[], ?::timestamptz[],
                ?::text[], ?::text[], ?::boolean[], ?::bigint[])
            on conflict (cell, window_start, shard) do update set
                readings = excluded.readings, sum = excluded.sum, min = excluded.min,
                max = excluded.max, latest = excluded.latest, latest_at = excluded.latest_at,
                latest_source = excluded.latest_source, latest_id = excluded.latest_id,
                settled = excluded.settled, commit = excluded.commit
            """;

    static final String UPDATE =
            """
            update rows.usage_row as old set
                readings = new.readings, sum = new.sum, min = new.min,
                max = new.max, latest = new.latest, latest_at = new.latest_at,
                latest_source = new.latest_source, latest_id = new.latest_id,
                settled = new.settled, commit = new.commit
            from unnest(?::uuid[], ?::timestamptz[], ?::integer[], ?::bigint[],
                ?::numeric[], ?::numeric[], ?::numeric[], ?::numeric[], ?::timestamptz[],
                ?::text[], ?::text[], ?::boolean[], ?::bigint[])
                as new (cell, window_start, shard, readings, sum, min, max, latest,
                    latest_at, latest_source, latest_id, settled, commit)
            where old.cell = new.cell and old.window_start = new.window_start
                and old.shard = new.shard
            """;

    static final String UPDATE_WITH_LAYER =
            """
            update rows.usage_row as old set
                readings = new.readings, sum = new.sum, min = new.min,
                max = new.max, latest = new.latest, latest_at = new.latest_at,
                latest_source = new.latest_source, latest_id = new.latest_id,
                settled = new.settled, commit = new.commit
            from unnest(?::uuid[], ?::timestamptz[], ?::integer[], ?::bigint[],
                ?::numeric[], ?::numeric[], ?::numeric[], ?::numeric[], ?::timestamptz[],
                ?::text[], ?::text[], ?::boolean[], ?::bigint[], ?::integer[])
                as new (cell, window_start, shard, readings, sum, min, max, latest,
                    latest_at, latest_source, latest_id, settled, commit, layer)
            where old.layer = new.layer and old.window_start = new.window_start
                and old.cell = new.cell and old.shard = new.shard
            """;

    static final String MAKE_STAGING =
            """
            create temp table if not exists staged (like rows.usage_row) on commit delete rows
            """;

    static final String COPY_STAGED = "copy staged from stdin (format binary)";

    static final String UPDATE_STAGED =
            """
            update rows.usage_row as old set
                readings = new.readings, sum = new.sum, min = new.min,
                max = new.max, latest = new.latest, latest_at = new.latest_at,
                latest_source = new.latest_source, latest_id = new.latest_id,
                settled = new.settled, commit = new.commit
            from staged as new
            where old.cell = new.cell and old.window_start = new.window_start
                and old.shard = new.shard
            """;

    /** As a commit of the job has it: arrays of a part would otherwise pass through a file. */
    static final String MEMORY = "set local work_mem = '64MB'";

    /** Each row is looked up by the key, in the order in which it comes. */
    static final String LOOK_UP =
            """
            set local enable_hashjoin = off;
            set local enable_mergejoin = off;
            """;

    private Statements() {}
}
