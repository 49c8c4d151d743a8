-- Where several connections put the rows of a large commit, for one transaction to take them from there
-- into the results: so all of it becomes visible at once, and no connection has to send it all.
--
-- Rows lie here for seconds. Each carries the name of its commit and the load that brought it: a commit
-- takes only what its own load brought, makes sure that it is all there, and deletes it together with
-- what loads before it left behind. Nothing is lost with this table, so it is not logged; a crash of the
-- server empties it. The tables of the results check what they take; nothing is checked here.

create unlogged table tallyflow.staged_row (
    pipeline text collate "C" not null,
    token bigint not null,
    checkpoint bigint not null,
    load bigint not null,
    part integer not null,
    meter text collate "C" not null,
    subject text collate "C" not null,
    group_hash bytea not null,
    group_by jsonb not null,
    window_start timestamptz not null,
    window_end timestamptz not null,
    readings bigint not null,
    sum numeric,
    min numeric,
    max numeric,
    latest numeric,
    latest_at timestamptz,
    latest_source text collate "C",
    latest_id text collate "C",
    settled boolean,
    shard integer,
    reason text collate "C",
    constraint staged_row_is_usage_or_adjustment
        check ((reason is null) = (settled is not null and shard is not null))
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000);

create index staged_row_part on tallyflow.staged_row (load, part);

comment on table tallyflow.staged_row is
    'Rows and adjustments on their way into a commit; empty between commits.';
comment on column tallyflow.staged_row.load is
    'Drawn anew by each attempt to bring the rows of a commit here.';
comment on column tallyflow.staged_row.part is
    'Part of the commit; the row of a later part replaces that of an earlier one.';
comment on column tallyflow.staged_row.reason is
    'Of an adjustment; null for a usage row.';

create or replace function tallyflow.grant_rights()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    grant usage, create on schema tallyflow to tallyflow_owner;
    grant usage on schema tallyflow to tallyflow_writer, tallyflow_reader;

    -- Whoever is a member of the owner can migrate. (The table is made by the migrating program, which
    -- holds it while this runs.)
    if to_regclass('tallyflow.flyway_schema_history') is not null then
        grant select, insert, update, delete
            on tallyflow.flyway_schema_history to tallyflow_owner;
    end if;

    -- What readers rely on ...
    grant select
        on tallyflow.usage, tallyflow.adjustment, tallyflow.progress, tallyflow.meter
        to tallyflow_reader;
    grant execute
        on function tallyflow.query(
            text, timestamptz, timestamptz, text, text, text[], text[], jsonb)
        to tallyflow_reader;
    -- ... and what that stands on. The views and the function run with the rights of who asks, so that
    -- row security put on these tables holds; therefore the reader needs to select from them too.
    grant select
        on tallyflow.usage_row, tallyflow.distinct_value, tallyflow.meter_definition
        to tallyflow_reader;
    grant select (
        pipeline, epoch, commit, checkpoint, committed_at, watermark, offsets, consumed, metered,
        unmatched, duplicate, conflict, stale, rejected, readings, adjusted, ignored)
        on tallyflow.ledger to tallyflow_reader;

    -- A commit writes rows and replaces the partials of rows; a rewind deletes by commit. What stands
    -- in a key never changes. (To replace a column by the one that was excluded is to select it.)
    grant select, insert, delete,
        update (readings, sum, min, max, latest, latest_at, latest_source, latest_id, settled, commit)
        on tallyflow.usage_row to tallyflow_writer;
    grant insert, delete,
        select (meter, subject, window_start, group_hash, commit, reason)
        on tallyflow.adjustment to tallyflow_writer;
    grant insert, delete,
        select (meter, subject, window_start, group_hash, value_hash, commit)
        on tallyflow.distinct_value to tallyflow_writer;
    grant select, insert, update on tallyflow.ledger to tallyflow_writer;
    grant select, insert, update (abandoned_in_epoch)
        on tallyflow.ledger_history to tallyflow_writer;
    grant insert on tallyflow.rewind to tallyflow_writer;
    -- Rows are put here and taken away again, never changed. (To delete by a column is to select it.)
    grant select, insert, delete on tallyflow.staged_row to tallyflow_writer;
    -- Who registers meters locks the table first, for which a right on single columns is not enough.
    grant select, insert, update on tallyflow.meter_definition to tallyflow_writer;
end
$$;

do $$
begin
    perform tallyflow.make_roles();
end
$$;
