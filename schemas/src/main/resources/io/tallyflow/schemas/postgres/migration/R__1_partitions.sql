-- Time is cut into months that are made ahead; before them years, and a default for the rest, so
-- that a commit never finds no partition and never makes one.

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
        -- While its window is open a row is replaced by many commits, and while the job catches up
        -- all rows of a page are, by one commit. With half of each page left free nearly every
        -- update finds room on the row's own page, and leaves the indexes as they are.
        execute format('alter table tallyflow.%I set (fillfactor = 50)', part);
    end if;
    -- A partition can only be attached when the default holds no row of its range.
    execute format(
        'with moved as (delete from tallyflow.%I where window_start >= $1 and window_start < $2'
        ' returning *) insert into tallyflow.%I select * from moved', rest, part)
        using starts, ends;
end
$$;

comment on function tallyflow.make_partition(text, text, timestamptz, timestamptz) is
    'Makes the table of one partition, still to be attached, and moves into it what lies in the default.';

create or replace function tallyflow.attach_partition(
    parent text, suffix text, starts timestamptz, ends timestamptz)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
set datestyle = 'ISO'
as $$
begin
    execute format(
        'alter table tallyflow.%I attach partition tallyflow.%I for values from (%L) to (%L)',
        parent, parent || '_' || suffix, starts, ends);
end
$$;

comment on function tallyflow.attach_partition(text, text, timestamptz, timestamptz) is
    'Attaches what make_partition made.';

-- The end of what has been made, read from the catalogue: there is no second truth to go stale.
create or replace function tallyflow.partitions_until()
returns timestamptz
language sql stable
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
set datestyle = 'ISO'
begin atomic
    select max(substring(pg_get_expr(c.relpartbound, c.oid) from $re$TO \('([^']+)'\)$re$)::timestamptz)
    from pg_inherits i
    join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'tallyflow.usage_row'::regclass;
end;

comment on function tallyflow.partitions_until() is
    'The instant up to which month partitions have been made; later rows go to the default partitions.';

create or replace function tallyflow.make_partitions(until date)
returns integer
language plpgsql
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
as $$
declare
    most constant integer := 120;
    parents constant text[] := array['usage_row', 'adjustment_row', 'distinct_value'];
    starts timestamptz := tallyflow.partitions_until();
    months timestamptz[];
    month timestamptz;
    parent text;
begin
    if until is null or not isfinite(until) or until >= starts + make_interval(months => most) then
        raise invalid_parameter_value using message = format(
            'until: %s months may be made at once; partitions are made until %s',
            most, starts::date);
    end if;
    if until < starts then
        return 0;
    end if;
    -- Holds up writers, not readers, and in the order in which a commit takes these tables.
    lock table tallyflow.usage_row, tallyflow.adjustment_row, tallyflow.distinct_value
        in share row exclusive mode;
    starts := tallyflow.partitions_until();
    months := array(select generate_series(starts, until::timestamptz, interval '1 month'));
    foreach month in array months loop
        foreach parent in array parents loop
            perform tallyflow.make_partition(
                parent, to_char(month, 'YYYY_MM'), month, month + interval '1 month');
        end loop;
    end loop;
    -- Whoever reads rows of the default partition waits from here on, and this one for them.
    foreach month in array months loop
        foreach parent in array parents loop
            perform tallyflow.attach_partition(
                parent, to_char(month, 'YYYY_MM'), month, month + interval '1 month');
        end loop;
    end loop;
    return cardinality(months);
end
$$;

comment on function tallyflow.make_partitions(date) is
    'Makes month partitions up to and including the month of the given day (UTC), moves rows that lie in the default partitions for want of them, and returns how many months were made. For the owner of the tables; call it once a month or more often.';

revoke all on function tallyflow.make_partition(text, text, timestamptz, timestamptz) from public;
revoke all on function tallyflow.attach_partition(text, text, timestamptz, timestamptz) from public;
revoke all on function tallyflow.make_partitions(date) from public;

-- The first ones.
do $$
declare
    -- Last month still receives late readings; three months ahead leave time to call again.
    first constant timestamp := date_trunc('month', now() at time zone 'UTC') - interval '1 month';
    year timestamp := date_trunc('year', first) - interval '5 years';
    starts timestamptz;
    ends timestamptz;
    parent text;
begin
    if exists (select from pg_inherits where inhparent = 'tallyflow.usage_row'::regclass) then
        return;
    end if;
    create table tallyflow.usage_row_default partition of tallyflow.usage_row default
        with (fillfactor = 50);
    create table tallyflow.adjustment_row_default partition of tallyflow.adjustment_row default;
    create table tallyflow.distinct_value_default partition of tallyflow.distinct_value default;
    while year < first loop
        starts := year at time zone 'UTC';
        ends := least(year + interval '1 year', first) at time zone 'UTC';
        foreach parent in array array['usage_row', 'adjustment_row', 'distinct_value'] loop
            perform tallyflow.make_partition(parent, 'y' || to_char(year, 'YYYY'), starts, ends);
            perform tallyflow.attach_partition(parent, 'y' || to_char(year, 'YYYY'), starts, ends);
        end loop;
        year := year + interval '1 year';
    end loop;
    perform tallyflow.make_partitions((first + interval '4 months')::date);
end
$$;
