-- Savepoints that were taken, so that each can be found again by what the results were at it.
--
-- A savepoint that a job takes on its way carries a commit that is not made yet: it is made with the
-- job's next checkpoint, or by the job that starts from the savepoint. So its commit is not written
-- here but looked up in the history: the first one with the savepoint's checkpoint number after the
-- ledger's position when it was begun. Numbers alone would not do, because a job that starts from an
-- older state uses them again.

create table tallyflow.savepoint (
    path text collate "C" primary key,
    pipeline text collate "C" not null,
    checkpoint bigint not null,
    after_epoch bigint not null,
    after_commit bigint not null,
    job text collate "C" not null,
    format text collate "C" not null,
    stopped boolean not null,
    taken_at timestamptz not null default now(),
    taken_by text collate "C" not null,
    constraint savepoint_format_is_known check (format in ('CANONICAL', 'NATIVE'))
);

comment on table tallyflow.savepoint is
    'Savepoints that were taken with tallyflow savepoint; that their files are still there is not known here.';
comment on column tallyflow.savepoint.path is 'Where it is, as Flink names it.';
comment on column tallyflow.savepoint.checkpoint is 'Its number, from the same count as those of checkpoints.';
comment on column tallyflow.savepoint.after_epoch is 'Epoch of the ledger when it was begun.';
comment on column tallyflow.savepoint.after_commit is 'Commit of the ledger when it was begun.';
comment on column tallyflow.savepoint.stopped is 'The job ended with it.';
comment on column tallyflow.savepoint.taken_by is 'Name of the user on the machine where the command ran.';

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
    -- Who takes a savepoint puts it on record, once and for all.
    grant select, insert on tallyflow.savepoint to tallyflow_writer;
    -- Who registers meters locks the table first, for which a right on single columns is not enough.
    grant select, insert, update on tallyflow.meter_definition to tallyflow_writer;
end
$$;

do $$
begin
    perform tallyflow.make_roles();
end
$$;
