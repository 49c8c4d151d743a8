-- The writer may delete results, because a rewind does, and a run takes back what it had begun. That it deletes nothing
-- else is checked here, on what is gone: a right cannot say it, and row security would be in the way of who reads.

create or replace function tallyflow.refuse_deletes()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    first bigint;
begin
    if pg_has_role((select relowner from pg_class where oid = tg_relid), 'member') then
        return null;
    end if;
    select min(commit) into first from gone
    where layer <> all (array(
        select l.layer from tallyflow.layer l where l.kind = 'run' and not l.shown));
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
    'Lets whoever does not own a table of results delete rows only of commits that a rewind has taken back, and of runs that totals do not show.';

create or replace trigger usage_row_deletes after delete on tallyflow.usage_row
    referencing old table as gone
    for each statement execute function tallyflow.refuse_deletes();

create or replace trigger adjustment_row_deletes after delete on tallyflow.adjustment_row
    referencing old table as gone
    for each statement execute function tallyflow.refuse_deletes();

create or replace trigger distinct_value_deletes after delete on tallyflow.distinct_value
    referencing old table as gone
    for each statement execute function tallyflow.refuse_deletes();
