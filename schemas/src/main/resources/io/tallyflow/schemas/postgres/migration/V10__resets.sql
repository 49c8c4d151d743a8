-- Resets: marks from which on a meter's usage can be asked for. A mark changes nothing that was counted,
-- and so it can be set before or after what it divides has arrived, and taken back.
--
-- The job does not know of resets. What counts since one is decided by the windows' starts alone, and
-- answered by tallyflow.query: there is no second sum that could differ from the first.

create table tallyflow.reset (
    id text collate "C" primary key,
    meter text collate "C" not null references tallyflow.meter_definition,
    subject text collate "C",
    at timestamptz not null,
    requested timestamptz not null,
    reason text collate "C",
    savepoint text collate "C" not null references tallyflow.savepoint,
    recorded_at timestamptz not null default now(),
    recorded_by text collate "C" not null,
    undone_at timestamptz,
    undone_by text collate "C",
    undo_reason text collate "C",
    constraint reset_id_is_short check (octet_length(id) between 1 and 256),
    constraint reset_subject_is_short check (octet_length(subject) between 1 and 256),
    -- Every window of a coarser grain begins with a minute too.
    constraint reset_begins_a_window
        check (isfinite(at) and at = date_bin('1 minute', at, '0001-01-01 00:00:00+00')),
    constraint reset_holds_the_requested_time
        check (at <= requested and requested - at < interval '24 hours'),
    constraint reset_undone_by_somebody
        check ((undone_at is null) = (undone_by is null)
            and (undo_reason is null or undone_at is not null))
);

create index reset_mark on tallyflow.reset (meter, subject, at);

comment on table tallyflow.reset is
    'Marks at window boundaries from which on usage can be asked for; totals are as they would be without.';
comment on column tallyflow.reset.id is 'Name of the reset; a command that is repeated with it does nothing.';
comment on column tallyflow.reset.meter is 'Slug of the meter.';
comment on column tallyflow.reset.subject is 'Who is reset; null for all subjects.';
comment on column tallyflow.reset.at is 'Start of the first window that counts: the one that holds the requested time.';
comment on column tallyflow.reset.requested is 'The time that was asked for.';
comment on column tallyflow.reset.reason is 'Why, for people; null if nobody said.';
comment on column tallyflow.reset.savepoint is 'Path of the savepoint that was taken before, as in tallyflow.savepoint.';
comment on column tallyflow.reset.recorded_at is 'When it was put on record.';
comment on column tallyflow.reset.recorded_by is 'Who did it.';
comment on column tallyflow.reset.undone_at is 'When it was undone; null while it is in force.';
comment on column tallyflow.reset.undone_by is 'Who undid it.';
comment on column tallyflow.reset.undo_reason is 'Why, for people.';

create function tallyflow.window_start(window_size text, at timestamptz)
returns timestamptz
language sql immutable
set search_path = pg_catalog, pg_temp
return case window_size
    when 'MINUTE' then date_bin('1 minute', at, '0001-01-01 00:00:00+00')
    when 'HOUR' then date_bin('1 hour', at, '0001-01-01 00:00:00+00')
    when 'DAY' then date_bin('1 day', at, '0001-01-01 00:00:00+00')
end;

comment on function tallyflow.window_start(text, timestamptz) is
    'Start of the window of this grain (MINUTE, HOUR or DAY, in UTC) that holds an instant.';

create function tallyflow.place_reset()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    new.at := (
        select tallyflow.window_start(d.window_size, new.requested)
        from tallyflow.meter_definition d
        where d.slug = new.meter);
    if new.at is null then
        raise invalid_parameter_value using message = format(
            'meter: there is no meter %s', coalesce(to_json(new.meter)::text, 'null'));
    end if;
    return new;
end
$$;

comment on function tallyflow.place_reset() is
    'Puts a reset at the start of the window that holds the requested time.';

-- Whoever records a reset, it is at a boundary of its meter's windows.
create trigger reset_is_placed
    before insert on tallyflow.reset
    for each row execute function tallyflow.place_reset();

create function tallyflow.keep_undone()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    raise integrity_constraint_violation using message = format(
        'reset %s was undone, and that stays on record: record another one', old.id);
end
$$;

comment on function tallyflow.keep_undone() is 'Refuses to change a reset that was undone.';

create trigger reset_stays_undone
    before update on tallyflow.reset
    for each row when (old.undone_at is not null) execute function tallyflow.keep_undone();

create function tallyflow.reset_in_force(
    meter text, subject text default null, at timestamptz default null)
returns setof tallyflow.reset
language sql stable
set search_path = pg_catalog, pg_temp
as $$
    select r.*
    from tallyflow.reset r
    where r.meter = reset_in_force.meter
      and (r.subject is null or r.subject = reset_in_force.subject)
      and r.at <= coalesce(reset_in_force.at, 'infinity')
      and r.undone_at is null
    -- Of those at one boundary the last: they all mean the same.
    order by r.at desc, r.recorded_at desc, r.id desc
    limit 1
$$;

comment on function tallyflow.reset_in_force(text, text, timestamptz) is
    'The reset that usage of a subject counts from at an instant: of its own and those of all subjects the latest one that begins not after it and is not undone; no row if there is none. Without a subject only resets of all subjects count; without an instant the last one does.';

create function tallyflow.usage_since_reset(
    meter text, subject text default null, at timestamptz default null, out value numeric)
returns numeric
language plpgsql
stable -- and so the reset and the usage are of one commit
set search_path = pg_catalog, pg_temp
as $$
declare
    since timestamptz;
begin
    if usage_since_reset.at = '-infinity' then
        raise invalid_parameter_value using message =
            'at: must be an instant, or null for all usage there is';
    end if;
    since := (
        select r.at
        from tallyflow.reset_in_force(
            usage_since_reset.meter, usage_since_reset.subject, usage_since_reset.at) r);
    if since = usage_since_reset.at then
        value := null; -- The range is empty, for which query has no answer.
    else
        value := (
            select q.value
            from tallyflow.query(
                meter => usage_since_reset.meter,
                "from" => since,
                "to" => usage_since_reset.at,
                subjects => case
                    when usage_since_reset.subject is not null then array[usage_since_reset.subject]
                end) q);
    end if;
    if value is null and exists (
        select from tallyflow.meter_definition d
        where d.slug = usage_since_reset.meter
          and d.aggregation in ('SUM', 'COUNT', 'UNIQUE_COUNT')
    ) then
        value := 0;
    end if;
end
$$;

comment on function tallyflow.usage_since_reset(text, text, timestamptz) is
    'Usage of a subject, or of all together, in [R, at), where R is the boundary of tallyflow.reset_in_force, or open without a reset: exactly what tallyflow.query says of that range, adjustments included, and so rounded outwards to the grain. Of nothing, SUM, COUNT and UNIQUE_COUNT are 0, others null. Wrong arguments are errors 22023 that name the argument.';

-- Rights. Who operates the job takes savepoints and resets meters; the job itself needs no resets.

create function tallyflow.grant_operator_rights()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    grant usage on schema tallyflow to tallyflow_operator;
    -- To ask as a reader does,
    grant select
        on tallyflow.usage, tallyflow.adjustment, tallyflow.progress, tallyflow.meter,
            tallyflow.reset, tallyflow.usage_row, tallyflow.distinct_value,
            tallyflow.meter_definition
        to tallyflow_operator;
    grant execute
        on function
            tallyflow.query(text, timestamptz, timestamptz, text, text, text[], text[], jsonb),
            tallyflow.usage_since_reset(text, text, timestamptz),
            tallyflow.reset_in_force(text, text, timestamptz)
        to tallyflow_operator;
    grant select (
        pipeline, epoch, commit, checkpoint, committed_at, watermark, offsets, consumed, metered,
        unmatched, duplicate, conflict, stale, rejected, readings, adjusted, ignored)
        on tallyflow.ledger to tallyflow_operator;
    -- to put savepoints on record and find their commits,
    grant select, insert on tallyflow.savepoint to tallyflow_operator;
    grant select (pipeline, epoch, commit, checkpoint, abandoned_in_epoch)
        on tallyflow.ledger_history to tallyflow_operator;
    -- and to set marks. Where and when is for the server to say; what a mark says never changes.
    grant insert (id, meter, subject, requested, reason, savepoint, recorded_by),
        update (undone_at, undone_by, undo_reason)
        on tallyflow.reset to tallyflow_operator;
end
$$;

comment on function tallyflow.grant_operator_rights() is
    'Gives the role tallyflow_operator its rights.';

revoke all on function tallyflow.grant_operator_rights() from public;

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
        on tallyflow.usage, tallyflow.adjustment, tallyflow.progress, tallyflow.meter,
            tallyflow.reset
        to tallyflow_reader;
    grant execute
        on function
            tallyflow.query(text, timestamptz, timestamptz, text, text, text[], text[], jsonb),
            tallyflow.usage_since_reset(text, text, timestamptz),
            tallyflow.reset_in_force(text, text, timestamptz)
        to tallyflow_reader;
    -- ... and what that stands on. The views and the functions run with the rights of who asks, so that
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

    -- It came later than the others: where it could not be made, these have their rights all the same.
    if to_regrole('tallyflow_operator') is not null then
        perform tallyflow.grant_operator_rights();
    end if;
end
$$;

comment on function tallyflow.grant_rights() is
    'Gives the roles tallyflow_owner, tallyflow_writer, tallyflow_reader and tallyflow_operator their rights.';

create or replace function tallyflow.make_roles()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    needed constant text[] := array['tallyflow_owner', 'tallyflow_writer', 'tallyflow_reader'];
    name text;
    missing text[] := '{}';
begin
    foreach name in array needed || 'tallyflow_operator'::text loop
        begin
            if not exists (select from pg_roles where rolname = name) then
                execute format('create role %I nologin', name);
            end if;
        exception
            when duplicate_object or unique_violation then
                null; -- Another database of this server was migrated at the same moment.
            when insufficient_privilege then
                missing := missing || name;
        end;
    end loop;
    if missing <> '{}' then
        raise notice using message = format(
            'tallyflow: user %s may not create roles, and these are missing: %s;'
            ' let an administrator run: create role %s; grant tallyflow_owner to %I;'
            ' then run as %I: select tallyflow.make_roles();',
            current_user, array_to_string(missing, ', '),
            array_to_string(missing, '; create role '), current_user, current_user);
    end if;
    if missing && needed then
        return;
    end if;
    perform tallyflow.grant_rights();
    begin
        perform tallyflow.give_to_owner();
    exception
        when insufficient_privilege then
            raise notice using message = format(
                'tallyflow: user %s may not act as tallyflow_owner and stays the owner of the tables;'
                ' to change that let an administrator run: grant tallyflow_owner to %I;'
                ' then run as %I: select tallyflow.make_roles();',
                current_user, current_user, current_user);
    end;
end
$$;

comment on function tallyflow.make_roles() is
    'Makes the roles tallyflow_owner, tallyflow_writer, tallyflow_reader and tallyflow_operator where they are missing, gives them their rights, and everything in the schema to the owner. For the owner of the tables; may be called again at any time. What the caller may not do is left out, with a notice.';

do $$
begin
    perform tallyflow.make_roles();
end
$$;
