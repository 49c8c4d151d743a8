-- Time is cut into months that are made ahead; before them years, and a default for the rest, so
-- that a commit never finds no partition and never makes one.

create function tallyflow.make_partition(
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
    if parent = 'usage_row' then
        -- Rows are updated at every commit while their window is open: room on their own page.
        execute format('alter table tallyflow.%I set (fillfactor = 80)', part);
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

comment on function tallyflow.make_partition(text, text, timestamptz, timestamptz) is
    'Makes one partition and moves into it what lies in the default.';

-- The end of what has been made, read from the catalogue: there is no second truth to go stale.
create function tallyflow.partitions_until()
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

create function tallyflow.make_partitions(until date)
returns integer
language plpgsql
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
as $$
declare
    most constant integer := 120;
    starts timestamptz := tallyflow.partitions_until();
    parent text;
    made integer := 0;
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
    lock table tallyflow.usage_row, tallyflow.adjustment, tallyflow.distinct_value
        in share row exclusive mode;
    starts := tallyflow.partitions_until();
    while starts <= until loop
        foreach parent in array array['usage_row', 'adjustment', 'distinct_value'] loop
            perform tallyflow.make_partition(
                parent, to_char(starts, 'YYYY_MM'), starts, starts + interval '1 month');
        end loop;
        starts := starts + interval '1 month';
        made := made + 1;
    end loop;
    return made;
end
$$;

comment on function tallyflow.make_partitions(date) is
    'Makes month partitions up to and including the month of the given day (UTC), moves rows that lie in the default partitions for want of them, and returns how many months were made. For the owner of the tables; call it once a month or more often.';

revoke all on function tallyflow.make_partition(text, text, timestamptz, timestamptz) from public;
revoke all on function tallyflow.make_partitions(date) from public;

create table tallyflow.usage_row_default partition of tallyflow.usage_row default
    with (fillfactor = 80);
create table tallyflow.adjustment_default partition of tallyflow.adjustment default;
create table tallyflow.distinct_value_default partition of tallyflow.distinct_value default;

do $$
declare
    -- Last month still receives late readings; three months ahead leave time to call again.
    first constant timestamp := date_trunc('month', now() at time zone 'UTC') - interval '1 month';
    year timestamp := date_trunc('year', first) - interval '5 years';
    parent text;
begin
    while year < first loop
        foreach parent in array array['usage_row', 'adjustment', 'distinct_value'] loop
            perform tallyflow.make_partition(
                parent,
                'y' || to_char(year, 'YYYY'),
                year at time zone 'UTC',
                least(year + interval '1 year', first) at time zone 'UTC');
        end loop;
        year := year + interval '1 year';
    end loop;
    perform tallyflow.make_partitions((first + interval '4 months')::date);
end
$$;
