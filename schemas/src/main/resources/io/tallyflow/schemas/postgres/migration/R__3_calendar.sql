-- Postgres takes more for a zone than IANA names: POSIX rules, where "Berlin1" is a zone one hour west
-- of Greenwich, abbreviations, offsets, and the server's own "localtime". A POSIX rule always has a
-- digit; the few IANA names with one are looked up, which is slow.
create or replace function tallyflow.is_time_zone(name text)
returns boolean
language plpgsql stable
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
as $$
begin
    if name = 'UTC' then
        return true;
    elsif name !~ '^[A-Z][A-Za-z0-9_+/-]*$' then
        return false;
    elsif name ~ '[0-9]' then
        return exists (
            select from pg_timezone_names z where lower(z.name) = lower(is_time_zone.name));
    end if;
    perform set_config('timezone', name, true);
    return true;
exception
    when invalid_parameter_value then
        return false;
end
$$;

comment on function tallyflow.is_time_zone(text) is 'Whether this is a zone of the IANA database.';

-- A day begins at the first instant whose local time is midnight or, where that is skipped, at the end
-- of the gap; windows lie between such instants, so each instant is in exactly one, whatever the
-- clocks do. The zone is set, not named in AT TIME ZONE, which would take "CET" for an abbreviation
-- without summer time.
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
                select distinct
                    -- Of a local time that comes twice, Postgres takes the second.
                    case when f.instant < l.instant and f.instant::timestamp = l.local
                        then f.instant else l.instant end as instant
                from (
                    select s.local, s.local::timestamptz as instant
                    -- Beyond the range by so much that skipped and repeated days leave enough.
                    from generate_series(
                        date_trunc(unit, lo::timestamp) - step,
                        date_trunc(unit, hi::timestamp) + 2 * step,
                        step) s (local)
                ) l
                cross join lateral (select l.instant - interval '24 hours' as instant) y
                cross join lateral (
                    select (l.local - (y.instant::timestamp - (y.instant at time zone 'UTC')))
                        at time zone 'UTC' as instant
                ) f
            ) b
        ) n
        where coalesce(n.after > lo, true) and coalesce(n.before < hi, true)
        order by n.instant);
end
$$;

comment on function tallyflow.calendar_bounds(text, text, timestamptz, timestamptz) is
    'The boundaries of calendar windows of a zone, ascending, from the last at or before lo to the first at or after hi.';
