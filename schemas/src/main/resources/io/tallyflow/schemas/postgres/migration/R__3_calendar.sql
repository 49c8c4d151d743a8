-- Postgres takes more for a zone than IANA names: POSIX rules, where "Berlin1" is a zone one hour west
-- of Greenwich, abbreviations, offsets, numbers such as "nan", and the server's own "localtime". A
-- POSIX rule always has a digit; the few IANA names with one are looked up, which is slow.
create or replace function tallyflow.is_time_zone(name text)
returns boolean
language plpgsql stable
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
as $$
begin
    if lower(name) = 'utc' then
        return true;
    elsif name !~ '^[A-Za-z][A-Za-z0-9_+/-]*$'
        or lower(name) ~ '^(localtime$|posixrules$|posix/|right/)'
    then
        return false;
    elsif name ~ '[0-9]' then
        return exists (
            select from pg_timezone_names z where lower(z.name) = lower(is_time_zone.name));
    end if;
    perform set_config('timezone', name, true);
    return lower(current_setting('timezone')) = lower(name);
exception
    when invalid_parameter_value then
        return false;
end
$$;

comment on function tallyflow.is_time_zone(text) is
    'Whether this is a zone of the IANA database, in any case of letters.';

-- A day begins at the first instant whose local time is midnight; an hour begins whenever clocks show a
-- full hour, the second time too. What clocks skip begins when it would have come. Windows lie between
-- such instants, so each instant is in exactly one, whatever the clocks do. The zone is set, not named
-- in AT TIME ZONE, which would take "CET" for an abbreviation without summer time.
create or replace function tallyflow.calendar_bounds(
    unit text, time_zone text, lo timestamptz, hi timestamptz)
returns timestamptz[]
language plpgsql stable
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
as $$
declare
    step constant interval := '1 ' || unit;
begin
    perform set_config('timezone', time_zone, true);
    return array(
        select n.instant
        from (
            select
                b.instant,
                lag(b.instant) over (order by b.instant) as before,
                lead(b.instant) over (order by b.instant) as after
            from (
                select distinct i.instant
                from (
                    select s.local, s.local::timestamptz as instant
                    -- Beyond the range by so much that skipped and repeated days leave enough.
                    from generate_series(
                        date_trunc(unit, lo::timestamp) - greatest(step, interval '1 day'),
                        date_trunc(unit, hi::timestamp) + 2 * greatest(step, interval '1 day'),
                        step) s (local)
                ) l
                cross join lateral (select l.instant - interval '24 hours' as instant) y
                cross join lateral (
                    select (l.local - (y.instant::timestamp - (y.instant at time zone 'UTC')))
                        at time zone 'UTC' as instant
                ) f
                -- Of a local time that comes twice, Postgres takes the second.
                cross join lateral (
                    select f.instant where f.instant < l.instant and f.instant::timestamp = l.local
                    union all
                    select l.instant
                    where lower(unit) = 'hour'
                        or f.instant >= l.instant or f.instant::timestamp <> l.local
                ) i
            ) b
        ) n
        where coalesce(n.after > lo, true) and coalesce(n.before < hi, true)
        order by n.instant);
end
$$;

comment on function tallyflow.calendar_bounds(text, text, timestamptz, timestamptz) is
    'The boundaries of calendar windows (hour, day, week, month, year) of a zone, ascending, from the last at or before lo to the first at or after hi.';

-- Most zones have one answer for ever, and hours need not be listed. No zone was ever changed by a part
-- of an hour and back within a day.
create or replace function tallyflow.minutes_past_the_hour(
    time_zone text, lo timestamptz, hi timestamptz)
returns interval[]
language plpgsql stable
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
as $$
begin
    if lower(time_zone) = 'utc' then
        return array[interval '0'];
    end if;
    perform set_config('timezone', time_zone, true);
    return array(
        select distinct l.local - date_trunc('hour', l.local)
        from generate_series(
            date_trunc('hour', lo at time zone 'UTC') - interval '1 day',
            (hi at time zone 'UTC') + interval '1 day',
            interval '1 day') s (utc)
        cross join lateral (select (s.utc at time zone 'UTC')::timestamp as local) l);
end
$$;

comment on function tallyflow.minutes_past_the_hour(text, timestamptz, timestamptz) is
    'What clocks of a zone show beyond the full hour in a range, whenever it is a full hour in UTC.';
