-- Who may do what: four roles without login, to be granted to the users that log in. Roles belong to
-- the server, not to the database; where they cannot be made, the schema works as before for its owner.
--
-- Partitions need no rights of their own: Postgres asks for those of the table that is named in a
-- statement, and nobody but the owner names a partition. Who adds a table adds the rights on it
-- here.

create or replace function tallyflow.grant_operator_rights()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    grant usage on schema tallyflow to tallyflow_operator;
    -- To ask as a reader does,
    grant select
        on tallyflow.usage, tallyflow.adjustment, tallyflow.progress, tallyflow.meter,
            tallyflow.meter_version, tallyflow.meter_request, tallyflow.reset, tallyflow.run,
            tallyflow.counting_run, tallyflow.layer, tallyflow.cell, tallyflow.usage_row,
            tallyflow.adjustment_row, tallyflow.distinct_value, tallyflow.meter_definition,
            tallyflow.import, tallyflow.event_import, tallyflow.void, tallyflow.void_event,
            tallyflow.patch_window, tallyflow.patched_adjustment, tallyflow.reconciliation
        to tallyflow_operator;
    grant execute
        on function
            tallyflow.complete_from(text, timestamptz),
            tallyflow.query(text, timestamptz, timestamptz, text, text, text[], text[], jsonb),
            tallyflow.usage_since_reset(text, text, timestamptz),
            tallyflow.reset_in_force(text, text, timestamptz)
        to tallyflow_operator;
    grant select (
        pipeline, epoch, commit, checkpoint, committed_at, watermark, settled_until, offsets, consumed, metered,
        unmatched, duplicate, conflict, stale, rejected, readings, adjusted, ignored)
        on tallyflow.ledger to tallyflow_operator;
    -- to put savepoints on record and find their commits,
    grant select, insert on tallyflow.savepoint to tallyflow_operator;
    grant select (
        pipeline, epoch, commit, token, checkpoint, committed_at, watermark, metered, unmatched,
        abandoned_in_epoch)
        on tallyflow.ledger_history to tallyflow_operator;
    -- to ask for meters; who asks and when is for the server to say,
    grant insert (kind, slug, version, description, event_type, aggregation, value_property,
            group_by, window_size, counts_from, counts_to),
        update (description)
        on tallyflow.meter_request to tallyflow_operator;
    grant update (description) on tallyflow.meter_definition to tallyflow_operator;
    grant select (newest_event, definitions) on tallyflow.ledger to tallyflow_operator;
    -- to import events,
    grant insert (source, events, rejected), update (events, known, sent, ended_at)
        on tallyflow.event_import to tallyflow_operator;
    -- to say what came of holding results against events,
    grant insert (meter, "from", "to", commit, accepted, in_lake, compared, left_out, different,
            repaired, lake_compared, lake_different)
        on tallyflow.reconciliation to tallyflow_operator;
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
            tallyflow.meter_version, tallyflow.reset, tallyflow.run, tallyflow.import,
            tallyflow.void, tallyflow.reconciliation
        to tallyflow_reader;
    grant execute
        on function
            tallyflow.complete_from(text, timestamptz),
            tallyflow.query(text, timestamptz, timestamptz, text, text, text[], text[], jsonb),
            tallyflow.usage_since_reset(text, text, timestamptz),
            tallyflow.reset_in_force(text, text, timestamptz)
        to tallyflow_reader;
    -- ... and what that stands on. The views and the functions run with the rights of who asks, so that
    -- row security put on these tables holds; therefore the reader needs to select from them too.
    grant select
        on tallyflow.layer, tallyflow.cell, tallyflow.usage_row, tallyflow.adjustment_row,
            tallyflow.distinct_value, tallyflow.meter_definition, tallyflow.meter_request,
            tallyflow.counting_run, tallyflow.event_import, tallyflow.void_event,
            tallyflow.patch_window, tallyflow.patched_adjustment
        to tallyflow_reader;
    grant select (
        pipeline, epoch, commit, checkpoint, committed_at, watermark, settled_until, offsets, consumed, metered,
        unmatched, duplicate, conflict, stale, rejected, readings, adjusted, ignored)
        on tallyflow.ledger to tallyflow_reader;
    -- To hold results against the lake.
    grant select (
        pipeline, epoch, commit, token, checkpoint, committed_at, watermark, metered, unmatched,
        abandoned_in_epoch)
        on tallyflow.ledger_history to tallyflow_reader;

    -- A commit writes rows and replaces the partials of rows; a rewind deletes by commit. What stands
    -- in a key never changes. (To replace a column by the one that was excluded is to select it.)
    grant select, insert on tallyflow.cell to tallyflow_writer;
    -- When a later version takes over, an earlier one ends; what a rewind took back is registered
    -- again.
    grant select, insert, update (counts_to, shown, since_commit)
        on tallyflow.layer to tallyflow_writer;
    -- What a run is of never changes, only how far it is.
    grant select, insert, update (state, done_until, events, windows, shown_in_commit, swept)
        on tallyflow.counting_run to tallyflow_writer;
    -- What an import is of never changes, only what came of it.
    grant select, insert, update (events, known, sent, ended_at)
        on tallyflow.event_import to tallyflow_writer;
    grant select, insert, delete,
        update (readings, sum, min, max, latest, latest_at, latest_source, latest_id, settled, commit)
        on tallyflow.usage_row to tallyflow_writer;
    -- What a patch takes the place of it keeps, and a rewind puts back.
    grant select, insert, delete
        on tallyflow.adjustment_row, tallyflow.distinct_value, tallyflow.patched_usage,
            tallyflow.patched_adjustment, tallyflow.patched_value
        to tallyflow_writer;
    grant select, insert on tallyflow.patch_window to tallyflow_writer;
    grant select, insert, delete, update (state, event_type, event_at, event_checkpoint, run)
        on tallyflow.void_event to tallyflow_writer;
    grant select, insert, update on tallyflow.void_look to tallyflow_writer;
    grant select, insert on tallyflow.reconciliation to tallyflow_writer;
    grant select, insert, update on tallyflow.ledger to tallyflow_writer;
    grant select, insert, update (abandoned_in_epoch)
        on tallyflow.ledger_history to tallyflow_writer;
    grant select on tallyflow.abandoned_commit to tallyflow_writer;
    grant insert on tallyflow.rewind to tallyflow_writer;
    -- Who takes a savepoint puts it on record, once and for all.
    grant select, insert on tallyflow.savepoint to tallyflow_writer;
    -- Who registers meters locks the table first, for which a right on single columns is not enough.
    grant select, insert, update on tallyflow.meter_definition to tallyflow_writer;
    -- What was asked for never changes, but for the words to people.
    grant select, insert, update (description) on tallyflow.meter_request to tallyflow_writer;
    grant select, insert on tallyflow.meter_file to tallyflow_writer;

    -- It came later than the others: where it could not be made, these have their rights all the same.
    if to_regrole('tallyflow_operator') is not null then
        perform tallyflow.grant_operator_rights();
    end if;
end
$$;

comment on function tallyflow.grant_rights() is
    'Gives the roles tallyflow_owner, tallyflow_writer, tallyflow_reader and tallyflow_operator their rights.';

create or replace function tallyflow.give_to_owner()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    change text;
begin
    if not pg_has_role(current_user, 'tallyflow_owner', 'usage') then
        execute format('grant tallyflow_owner to %I', current_user);
    end if;
    if not pg_has_role(current_user, 'tallyflow_owner', 'usage') then
        -- The caller's user does not inherit, and would lose what it owns.
        raise insufficient_privilege;
    end if;
    for change in
        select format(
            'alter %s tallyflow.%I owner to tallyflow_owner',
            case c.relkind when 'v' then 'view' when 'c' then 'type' else 'table' end,
            c.relname)
        from pg_class c
        where c.relnamespace = 'tallyflow'::regnamespace
          and c.relkind in ('p', 'r', 'v', 'c')
          and c.relowner <> 'tallyflow_owner'::regrole
          and c.relname <> 'flyway_schema_history'
        union all
        select format('alter routine %s owner to tallyflow_owner', p.oid::regprocedure)
        from pg_proc p
        where p.pronamespace = 'tallyflow'::regnamespace
          and p.proowner <> 'tallyflow_owner'::regrole
    loop
        execute change;
    end loop;
end
$$;

comment on function tallyflow.give_to_owner() is
    'Makes the role tallyflow_owner the owner of everything in the schema, and the caller a member of it.';

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

revoke all on function tallyflow.grant_rights() from public;
revoke all on function tallyflow.give_to_owner() from public;
revoke all on function tallyflow.make_roles() from public;

do $$
begin
    perform tallyflow.make_roles();
end
$$;
