-- Time is cut into months that are made ahead; before them years, and a default for the rest, so
-- that a commit never finds no partition and never makes one.

-- All that takes time is done here, before anybody waits: attaching then neither builds an index nor
-- looks at a row, because the indexes are there and the check says what the bounds will.
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
begin
    execute format(
        'create table tallyflow.%I (like tallyflow.%I'
        ' including defaults including constraints including indexes,'
        ' constraint within_bounds check (window_start >= %L and window_start < %L))',
        part, parent, starts, ends);
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
end
$$;

comment on function tallyflow.make_partition(text, text, timestamptz, timestamptz) is
    'Makes the table of one partition, still to be attached.';

create or replace function tallyflow.attach_partition(
    parent text, suffix text, starts timestamptz, ends timestamptz)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
set datestyle = 'ISO'
as $$
declare
    part constant text := parent || '_' || suffix;
begin
    -- A partition can only be attached when the default holds no row of its range.
    execute format(
        'with moved as (delete from tallyflow.%I where window_start >= $1 and window_start < $2'
        ' returning *) insert into tallyflow.%I select * from moved', parent || '_default', part)
        using starts, ends;
    execute format(
        'alter table tallyflow.%I attach partition tallyflow.%I for values from (%L) to (%L)',
        parent, part, starts, ends);
    execute format('alter table tallyflow.%I drop constraint within_bounds', part);
end
$$;

comment on function tallyflow.attach_partition(text, text, timestamptz, timestamptz) is
    'Attaches what make_partition made, and moves into it what lies in the default.';

create or replace function tallyflow.who_is_at_results()
returns text
language sql stable
set search_path = pg_catalog, pg_temp
return (
    select string_agg(
        format(
            'pid %s (%s)', a.pid,
            concat_ws(', ', a.usename, nullif(a.application_name, ''), a.backend_type, a.state)),
        ', ' order by a.xact_start nulls last, a.pid)
    from pg_stat_activity a
    where a.pid <> pg_backend_pid() and a.pid in (
        select l.pid
        from pg_locks l
        join pg_class c on c.oid = l.relation
        where l.granted
          and l.database = (select d.oid from pg_database d where d.datname = current_database())
          and c.relnamespace = 'tallyflow'::regnamespace
          and (c.relname in (
                'usage_row_default', 'adjustment_row_default', 'distinct_value_default')
            or c.relname in ('usage_row', 'adjustment_row', 'distinct_value')
                and l.mode <> 'AccessShareLock')));

comment on function tallyflow.who_is_at_results() is
    'Sessions that make_partitions has to wait for, longest transaction first; null if there are none.';

-- Two orders matter. Writers are held up first, and take the tables in this order too. Then readers
-- of default partitions are, in the order in which the view usage and tallyflow.query come to them,
-- so that those already under way need nothing that is taken here. Whoever reads in another order
-- could still wait in a circle with this: it gives up long before Postgres would look for one, and
-- end the reader instead.
create or replace function tallyflow.hold_results()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
set lock_timeout = '2s'
as $$
begin
    lock table only tallyflow.usage_row, only tallyflow.adjustment_row,
        only tallyflow.distinct_value in share row exclusive mode;
    perform set_config(
        'lock_timeout',
        extract(milliseconds from least(
            interval '500 ms', current_setting('deadlock_timeout')::interval / 4))::int || 'ms',
        true);
    lock table tallyflow.distinct_value_default, tallyflow.usage_row_default,
        tallyflow.adjustment_row_default in access exclusive mode;
exception
    when lock_not_available or deadlock_detected then
        raise lock_not_available using
            message = format(
                'no partitions were made, because others are at the tables of results: %s',
                coalesce(tallyflow.who_is_at_results(), 'they have just ended')),
            hint = 'Call it again, or end the longest of their transactions first.';
end
$$;

comment on function tallyflow.hold_results() is
    'Keeps everybody from writing results and from reading default partitions until the transaction ends; gives up with SQLSTATE 55P03 rather than wait for long.';

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
set lock_timeout = '2s'
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
    -- Nobody else makes them meanwhile; writers and readers do not mind.
    lock table only tallyflow.usage_row in share update exclusive mode;
    starts := tallyflow.partitions_until();
    months := array(select generate_series(starts, until::timestamptz, interval '1 month'));
    foreach month in array months loop
        foreach parent in array parents loop
            perform tallyflow.make_partition(
                parent, to_char(month, 'YYYY_MM'), month, month + interval '1 month');
        end loop;
    end loop;
    -- From here on others wait.
    perform tallyflow.hold_results();
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
    'Makes month partitions up to and including the month of the given day (UTC), moves rows that lie in the default partitions for want of them, and returns how many months were made. Waits for others for three seconds at most, and then fails with SQLSTATE 55P03 and says who they are. For the owner of the tables; call it once a month or more often.';

revoke all on function tallyflow.make_partition(text, text, timestamptz, timestamptz) from public;
revoke all on function tallyflow.attach_partition(text, text, timestamptz, timestamptz) from public;
revoke all on function tallyflow.who_is_at_results() from public;
revoke all on function tallyflow.hold_results() from public;
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
