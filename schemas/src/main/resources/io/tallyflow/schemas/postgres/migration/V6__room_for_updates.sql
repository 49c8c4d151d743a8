-- While its window is open a row is replaced by many commits, and while the job catches up all rows of
-- a page are, by one commit. An update that finds room on the row's own page leaves every index as it
-- is; with half of each page left free, that is nearly every one. Pages that are full already stay so.

create or replace function tallyflow.make_partition(
    parent text, suffix text, starts timestamptz, ends timestamptz)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
set datestyle = 'ISO'
as $$
declare
    part constant text := parent || '_' || suffix;
    rest constant text := parent || '_default';
begin
    execute format(
        'create table tallyflow.%I (like tallyflow.%I including defaults including constraints)',
        part, parent);
    execute format(
        'alter table tallyflow.%I owner to %I',
        part,
        (select pg_get_userbyid(c.relowner) from pg_class c
         where c.oid = format('tallyflow.%I', parent)::regclass));
    if parent = 'usage_row' then
        execute format('alter table tallyflow.%I set (fillfactor = 50)', part);
    end if;
    -- A partition can only be attached when the default holds no row of its range.
    execute format(
        'with moved as (delete from tallyflow.%I where window_start >= $1 and window_start < $2'
        ' returning *) insert into tallyflow.%I select * from moved', rest, part)
        using starts, ends;
    execute format(
        'alter table tallyflow.%I attach partition tallyflow.%I for values from (%L) to (%L)',
        parent, part, starts, ends);
end
$$;

do $$
declare
    part regclass;
begin
    for part in
        select inhrelid::regclass from pg_inherits where inhparent = 'tallyflow.usage_row'::regclass
    loop
        execute format('alter table %s set (fillfactor = 50)', part);
    end loop;
end
$$;
