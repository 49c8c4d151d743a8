-- The writer may delete results, because a rewind does, a run takes back what it had begun, and a patch puts others in
-- their place and keeps them. That it deletes nothing else is checked here, on what is gone: a right cannot say it, and
-- row security would be in the way of who reads.

create or replace function tallyflow.refuse_deletes()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    hidden integer[];
    first bigint;
begin
    if pg_has_role((select relowner from pg_class where oid = tg_relid), 'member') then
        return null;
    end if;
    hidden := array(select l.layer from tallyflow.layer l where l.kind = 'run' and not l.shown);
    if tg_table_name = 'usage_row' then
        select min(g.commit) into first from gone g
        where g.layer <> all (hidden)
          and not exists (
            select from tallyflow.patched_usage p
            where p.cell = g.cell and p.window_start = g.window_start and p.shard = g.shard
              and p.commit = g.commit);
    elsif tg_table_name = 'adjustment_row' then
        select min(g.commit) into first from gone g
        where g.layer <> all (hidden)
          and not exists (
            select from tallyflow.patched_adjustment p
            where p.cell = g.cell and p.window_start = g.window_start and p.commit = g.commit
              and p.reason = g.reason);
    else
        select min(g.commit) into first from gone g
        where g.layer <> all (hidden)
          and not exists (
            select from tallyflow.patched_value p
            where p.cell = g.cell and p.window_start = g.window_start
              and p.value_hash = g.value_hash and p.commit = g.commit);
    end if;
    if exists (
        select from tallyflow.ledger_history h
        where h.commit >= first and h.abandoned_in_epoch is null)
        or not exists (
            select from tallyflow.ledger_history h where h.commit >= first)
        and first is not null
    then
        raise insufficient_privilege using
            message = format(
                'rows of %I.%I that totals show are deleted by a rewind only',
                tg_table_schema, tg_table_name),
            hint = 'A rewind first marks the commits that it takes back in tallyflow.ledger_history.';
    end if;
    return null;
end
$$;

comment on function tallyflow.refuse_deletes() is
    'Lets whoever does not own a table of results delete rows only of commits that a rewind has taken back, of runs that totals do not show, and those that a patch keeps.';

create or replace trigger usage_row_deletes after delete on tallyflow.usage_row
    referencing old table as gone
    for each statement execute function tallyflow.refuse_deletes();

create or replace trigger adjustment_row_deletes after delete on tallyflow.adjustment_row
    referencing old table as gone
    for each statement execute function tallyflow.refuse_deletes();

create or replace trigger distinct_value_deletes after delete on tallyflow.distinct_value
    referencing old table as gone
    for each statement execute function tallyflow.refuse_deletes();

create or replace function tallyflow.refuse_to_forget()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    if pg_has_role((select relowner from pg_class where oid = tg_relid), 'member') then
        return null;
    end if;
    if exists (
        select from gone g
        join tallyflow.counting_run c on c.run = g.run
        where c.state <> 'undone')
    then
        raise insufficient_privilege using
            message = format(
                'rows of %I.%I are deleted by a rewind only', tg_table_schema, tg_table_name),
            hint = 'A rewind first marks the patches that it undoes in tallyflow.counting_run.';
    end if;
    return null;
end
$$;

comment on function tallyflow.refuse_to_forget() is
    'Lets whoever does not own a table delete what patches keep only when these are undone.';

create or replace trigger patched_usage_deletes after delete on tallyflow.patched_usage
    referencing old table as gone
    for each statement execute function tallyflow.refuse_to_forget();

create or replace trigger patched_adjustment_deletes after delete on tallyflow.patched_adjustment
    referencing old table as gone
    for each statement execute function tallyflow.refuse_to_forget();

create or replace trigger patched_value_deletes after delete on tallyflow.patched_value
    referencing old table as gone
    for each statement execute function tallyflow.refuse_to_forget();
