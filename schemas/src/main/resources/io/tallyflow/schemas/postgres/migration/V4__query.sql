-- Totals for any range, zone, grouping and filter. What must hold: any split of a range, of groups or
-- of windows adds up to the same total; the session's zone changes nothing; plans touch only the
-- partitions of the range.

create type tallyflow.query_row as (
    window_start timestamptz,
    window_end timestamptz,
    subject text collate "C",
    group_by jsonb,
    value numeric
);

comment on type tallyflow.query_row is
    'A row of tallyflow.query: what one window, subject and group come to.';

-- Postgres takes more for a zone than IANA names: POSIX rules, where "Berlin1" is a zone one hour west
-- of Greenwich, abbreviations, offsets, numbers such as "nan", and the server's own "localtime". A
-- POSIX rule always has a digit; the few IANA names with one are looked up, which is slow.
create function tallyflow.is_time_zone(name text)
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
create function tallyflow.calendar_bounds(
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
create function tallyflow.minutes_past_the_hour(
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

create function tallyflow.check_groups(
    argument text, names text[], known jsonb, meter text)
returns void
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
declare
    name text;
begin
    foreach name in array names loop
        if name is null or not known ? name then
            raise invalid_parameter_value using message = format(
                '%s: unknown group %s; meter %s is grouped by %s',
                argument,
                coalesce(to_json(name)::text, 'null'),
                meter,
                coalesce((select string_agg(k, ', ') from jsonb_object_keys(known) k), 'nothing'));
        end if;
    end loop;
end
$$;

comment on function tallyflow.check_groups(text, text[], jsonb, text) is
    'Fails if a name is not one of the meter''s groups.';

-- Group texts of more than 256 bytes are kept as their hash; an allowed value is treated alike.
create function tallyflow.checked_filter(filter jsonb, known jsonb, meter text)
returns jsonb
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
begin
    if jsonb_typeof(filter) <> 'object' then
        raise invalid_parameter_value using message =
            'filter: must be an object of group names and lists of allowed values, such as {"model": ["a"]}';
    end if;
    perform tallyflow.check_groups(
        'filter', array(select jsonb_object_keys(filter)), known, meter);
    if exists (
        select from jsonb_each(filter) f
        where jsonb_typeof(f.value) <> 'array' or f.value @? 'strict $[*] ? (@.type() != "string")'
    ) then
        raise invalid_parameter_value using message =
            'filter: allowed values must be a list of strings, such as {"model": ["a"]}';
    end if;
    return (
        select jsonb_object_agg(f.key, (
            select coalesce(jsonb_agg(case
                when octet_length(v.text) > 256
                then 'sha256:' || encode(sha256(convert_to(v.text, 'UTF8')), 'hex')
                else v.text end), '[]')
            from jsonb_array_elements_text(f.value) v (text)))
        from jsonb_each(filter) f);
end
$$;

comment on function tallyflow.checked_filter(jsonb, jsonb, text) is
    'The filter in the form in which group values are kept; null if it lets everything pass.';

create function tallyflow.query(
    meter text,
    "from" timestamptz default null,
    "to" timestamptz default null,
    window_size text default null,
    time_zone text default 'UTC',
    subjects text[] default null,
    group_by text[] default null,
    filter jsonb default null)
returns setof tallyflow.query_row
language plpgsql
stable -- and so all statements within see one commit
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
set plan_cache_mode = force_custom_plan -- the range becomes constants, and partitions are pruned
as $$
declare
    sizes constant text[] := array['MINUTE', 'HOUR', 'DAY', 'WEEK', 'MONTH', 'YEAR'];
    -- Instants outside hold no usage; a grain is counted from the first of them.
    dawn constant timestamptz := '0001-01-01 00:00:00+00';
    dusk constant timestamptz := '10000-01-02 00:00:00+00';

    definition tallyflow.meter_definition;
    zone constant text := coalesce(query.time_zone, 'UTC');
    open_from constant boolean := coalesce(query."from" = '-infinity', true);
    open_to constant boolean := coalesce(query."to" = 'infinity', true);
    grain interval;
    lo timestamptz;
    hi timestamptz;
    first timestamptz;
    last timestamptz;
    past interval[];
    step interval;
    origin timestamptz := dawn;
    bounds timestamptz[];
    fits boolean := true;
    names text[];
    by_subject boolean;
    allowed jsonb;
begin
    select d.* into definition from tallyflow.meter_definition d where d.slug = query.meter;
    if definition.slug is null then
        raise invalid_parameter_value using message = format(
            'meter: there is no meter %s', coalesce(to_json(query.meter)::text, 'null'));
    end if;
    grain := '1 ' || definition.window_size;

    if query.window_size <> all (sizes) then
        raise invalid_parameter_value using message = format(
            'window_size: %s is not one of %s, or null for one total',
            to_json(query.window_size), array_to_string(sizes, ', '));
    elsif array_position(sizes, query.window_size) < array_position(sizes, definition.window_size)
    then
        raise invalid_parameter_value using message = format(
            'window_size: %s is finer than the grain of meter %s, which is %s',
            query.window_size, query.meter, definition.window_size);
    end if;
    if not tallyflow.is_time_zone(zone) then
        raise invalid_parameter_value using message = format(
            'time_zone: %s is not the name of an IANA time zone', to_json(zone));
    end if;
    if query."from" >= query."to" or query."from" = 'infinity' or query."to" = '-infinity' then
        raise invalid_parameter_value using message = format(
            'from, to: "from" must be before "to", but %s is not before %s',
            query."from", coalesce(query."to"::text, 'null'));
    end if;
    if exists (select from unnest(query.subjects) s (name) where s.name is null) then
        raise invalid_parameter_value using message = 'subjects: must not contain null';
    end if;

    names := array(
        select n.name
        from (select distinct unnest(query.group_by) as name) n
        where n.name is distinct from 'subject'
        -- As jsonb orders them.
        order by octet_length(n.name), n.name collate "C");
    by_subject := query.subjects is not null or coalesce('subject' = any (query.group_by), false);
    perform tallyflow.check_groups('group_by', names, definition.group_by, query.meter);
    allowed := tallyflow.checked_filter(query.filter, definition.group_by, query.meter);

    -- The range, on the grain and never null.
    if not open_from then
        lo := date_bin(grain, greatest(dawn, least(query."from", dusk)), dawn);
    end if;
    if not open_to then
        hi := date_bin(
            grain,
            greatest(dawn, least(query."to", dusk)) + grain - interval '1 microsecond',
            dawn);
    end if;
    if open_from or open_to then
        select least(u.first, a.first, v.first), greatest(u.last, a.last, v.last) + grain
        into first, last
        from
            (select min(window_start) as first, max(window_start) as last
             from tallyflow.usage_row where usage_row.meter = query.meter) u,
            (select min(window_start) as first, max(window_start) as last
             from tallyflow.adjustment where adjustment.meter = query.meter) a,
            (select min(window_start) as first, max(window_start) as last
             from tallyflow.distinct_value where distinct_value.meter = query.meter) v;
        -- Without usage the range is empty; a year of it lets a zone be refused all the same.
        lo := coalesce(lo, least(first, hi - interval '1 day'), hi - interval '366 days',
            '2000-01-01 00:00:00+00');
        hi := coalesce(hi, greatest(last, lo + interval '1 day'), lo + interval '366 days');
    end if;
    hi := greatest(hi, lo + grain);

    if query.window_size = 'MINUTE' then
        step := '1 minute';
    elsif query.window_size = 'HOUR' then
        past := tallyflow.minutes_past_the_hour(zone, lo, hi);
        if cardinality(past) = 1 then
            step := '1 hour';
            origin := dawn - past[1];
            fits := date_bin(grain, origin, dawn - interval '1 day') = origin
                or not (open_from or open_to or date_bin(step, lo, origin) + step < hi);
        end if;
    end if;
    if query.window_size is not null and step is null then
        bounds := tallyflow.calendar_bounds(query.window_size, zone, lo, hi);
        fits := not exists (
            select from unnest(bounds) b (instant)
            where date_bin(grain, b.instant, dawn) <> b.instant
              and (b.instant > lo or open_from)
              and (b.instant < hi or open_to));
    end if;
    if not fits then
        raise invalid_parameter_value using message = format(
            'time_zone: in %s a %s (window_size) does not always begin on the grain of meter %s, which is %s in UTC',
            zone, query.window_size, query.meter, definition.window_size);
    end if;

    return query
    with
    counted as not materialized (
        select
            u.subject, u.group_by, u.window_start, u.window_end, u.readings, u.sum, u.min, u.max,
            u.latest, u.latest_at, u.latest_source, u.latest_id
        from tallyflow.usage_row u
        where u.meter = query.meter
          and u.window_start >= lo and u.window_start < hi
          and (query.subjects is null or u.subject = any (query.subjects))
        union all
        select
            a.subject, a.group_by, a.window_start, a.window_end, a.readings, a.sum, a.min, a.max,
            a.latest, a.latest_at, a.latest_source, a.latest_id
        from tallyflow.adjustment a
        where a.meter = query.meter
          and a.window_start >= lo and a.window_start < hi
          and (query.subjects is null or a.subject = any (query.subjects))
    ),
    -- Every row with its window. Conditions on arguments are constants in the plan: they choose one
    -- expression, and of the three parts below one.
    placed as not materialized (
        select
            case
                when step is not null then date_bin(step, c.window_start, origin)
                when bounds is not null then bounds[width_bucket(c.window_start, bounds)]
            end as window,
            case when by_subject then c.subject end as subject,
            case when names <> '{}' or allowed is not null then c.group_by end as groups,
            c.window_start, c.window_end, c.readings, c.sum, c.min, c.max,
            c.latest, c.latest_at, c.latest_source, c.latest_id
        from counted c
    ),
    -- Once per window, subject and stored group, so that jsonb is looked into for few rows.
    part as (
        select
            p.window, p.subject, p.groups,
            min(p.window_start) as first, max(p.window_end) as last,
            sum(p.readings) as readings,
            case when definition.aggregation in ('SUM', 'AVG') then sum(p.sum) end as sum,
            case when definition.aggregation = 'MIN' then min(p.min) end as min,
            case when definition.aggregation = 'MAX' then max(p.max) end as max,
            null::numeric as latest, null::timestamptz as latest_at,
            null::text collate "C" as latest_source, null::text collate "C" as latest_id,
            null::bytea as value_hash
        from placed p
        where definition.aggregation in ('SUM', 'COUNT', 'AVG', 'MIN', 'MAX')
        group by p.window, p.subject, p.groups
        union all
        select
            l.window, l.subject, l.groups, l.first, l.last, null, null, null, null,
            l.latest, l.latest_at, l.latest_source, l.latest_id, null
        from (
            select distinct on (p.window, p.subject, p.groups)
                p.window, p.subject, p.groups,
                min(p.window_start) over same as first, max(p.window_end) over same as last,
                p.latest, p.latest_at, p.latest_source, p.latest_id
            from placed p
            where definition.aggregation = 'LATEST' and p.latest is not null
            window same as (partition by p.window, p.subject, p.groups)
            order by
                p.window, p.subject, p.groups,
                p.latest_at desc, p.latest_source desc, p.latest_id desc
        ) l
        union all
        select
            d.window, d.subject, d.groups, min(d.window_start), max(d.window_end),
            null, null, null, null, null, null, null, null, d.value_hash
        from (
            select
                case
                    when step is not null then date_bin(step, v.window_start, origin)
                    when bounds is not null then bounds[width_bucket(v.window_start, bounds)]
                end as window,
                case when by_subject then v.subject end as subject,
                case when names <> '{}' or allowed is not null then v.group_by end as groups,
                v.window_start, v.window_end, v.value_hash
            from tallyflow.distinct_value v
            where definition.aggregation = 'UNIQUE_COUNT'
              and v.meter = query.meter
              and v.window_start >= lo and v.window_start < hi
              and (query.subjects is null or v.subject = any (query.subjects))
        ) d
        group by d.window, d.subject, d.groups, d.value_hash
    ),
    grouped as (
        select
            p.*,
            array(
                select coalesce(p.groups ->> n.name, '')
                from unnest(names) with ordinality n (name, place)
                order by n.place) as texts
        from part p
        where allowed is null
           or not exists (
               select from jsonb_each(allowed) f
               where not f.value ? coalesce(p.groups ->> f.key, ''))
    ),
    total as (
        select
            g.window, g.subject, g.texts, min(g.first) as first, max(g.last) as last,
            case definition.aggregation
                when 'SUM' then sum(g.sum)
                when 'COUNT' then sum(g.readings)
                when 'AVG' then tallyflow.average(sum(g.sum), sum(g.readings))
                when 'MIN' then min(g.min)
                when 'MAX' then max(g.max)
                when 'LATEST' then (array_agg(
                    g.latest
                    order by g.latest_at desc, g.latest_source desc, g.latest_id desc))[1]
                when 'UNIQUE_COUNT' then count(distinct g.value_hash)::numeric
            end as value
        from grouped g
        group by g.window, g.subject, g.texts
        -- What voids have taken away altogether is no usage.
        having case definition.aggregation
            when 'AVG' then sum(g.readings) > 0
            when 'SUM' then sum(g.readings) <> 0 or sum(g.sum) <> 0
            when 'COUNT' then sum(g.readings) <> 0
            else true
        end
    )
    select
        case when query.window_size is null
            then case when open_from then min(t.first) over () else lo end
            else t.window
        end,
        case
            when query.window_size is null
            then case when open_to then max(t.last) over () else hi end
            when step is not null then t.window + step
            else bounds[width_bucket(t.window, bounds) + 1]
        end,
        t.subject,
        jsonb_object(names, t.texts),
        trim_scale(t.value)
    from total t
    where t.value is not null
    order by t.window, t.subject collate "C", t.texts collate "C";

    if not found and definition.aggregation in ('COUNT', 'UNIQUE_COUNT')
        and query.window_size is null and not by_subject and names = '{}'
    then
        return next row(
            case when not open_from then lo end,
            case when not open_to then hi end,
            null, '{}'::jsonb, 0)::tallyflow.query_row;
    end if;
end
$$;

comment on function tallyflow.query(
    text, timestamptz, timestamptz, text, text, text[], text[], jsonb) is
    'Usage of a meter in [from, to), rounded outwards to the meter''s grain: by window (MINUTE; HOUR, DAY, WEEK from Monday, MONTH, YEAR of an IANA zone; or null for one total), subject and groups. Exact decimals, adjustments included. A total of an open range begins and ends with what was counted. Wrong arguments are errors 22023 that name the argument.';
