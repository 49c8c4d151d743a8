-- Totals for any range, zone, grouping and filter. What must hold: any split of a range, of groups or
-- of windows adds up to the same total; the session's zone changes nothing; plans touch only the
-- partitions of the range.

create or replace function tallyflow.check_groups(
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
create or replace function tallyflow.checked_filter(filter jsonb, known jsonb, meter text)
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

create or replace function tallyflow.query(
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

    -- One version is asked for alone by its name, as in tokens@2; a slug asks all that totals show.
    names_version constant boolean := coalesce(query.meter ~ '^[^@]+@[1-9][0-9]{0,8}$', false);
    asked constant text := case
        when names_version then split_part(query.meter, '@', 1) else query.meter end;
    alone constant integer := case when names_version then split_part(query.meter, '@', 2) end;
    definition tallyflow.meter_definition;
    -- What totals are taken from, and of each the time that it counts for.
    layers integer[];
    counts_from timestamptz[];
    counts_to timestamptz[];
    is_divided boolean; -- whether the time is divided among layers
    known jsonb;
    zone constant text := coalesce(query.time_zone, 'UTC');
    open_from constant boolean := coalesce(query."from" = '-infinity', true);
    open_to constant boolean := coalesce(query."to" = 'infinity', true);
    -- A total of an open range begins and ends with what was counted.
    finds_from constant boolean := open_from and query.window_size is null;
    finds_to constant boolean := open_to and query.window_size is null;
    -- Windows are listed in memory.
    most_listed constant integer := 1000000;
    is_wide boolean := false;
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
    by_cell boolean;
    allowed jsonb;
begin
    select d.* into definition from tallyflow.meter_definition d where d.slug = asked;
    if definition.slug is null then
        raise invalid_parameter_value using message = format(
            'meter: there is no meter %s', coalesce(to_json(asked)::text, 'null'));
    end if;
    grain := tallyflow.grain(definition.window_size);
    select
        coalesce(array_agg(l.layer order by l.layer), '{}'),
        coalesce(array_agg(coalesce(l.counts_from, '-infinity') order by l.layer), '{}'),
        coalesce(array_agg(coalesce(l.counts_to, 'infinity') order by l.layer), '{}'),
        coalesce(bool_or(l.counts_from is not null or l.counts_to is not null), false)
    into layers, counts_from, counts_to, is_divided
    from tallyflow.layer l
    where l.slug = asked and l.shown and (alone is null or l.version = alone);
    if names_version and layers = '{}' then
        raise invalid_parameter_value using message = format(
            'meter: totals of meter %s show no version %s', asked, alone);
    end if;
    -- Versions may differ in their groups; where one does not have a group its text is empty.
    select
        case when names_version then '{}' else definition.group_by end
            || coalesce(jsonb_object_agg(g.name, g.path), '{}')
    into known
    from tallyflow.layer l, jsonb_each(l.group_by) g (name, path)
    where l.slug = asked and l.shown and (alone is null or l.version = alone);

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
    perform tallyflow.check_groups('group_by', names, known, query.meter);
    allowed := tallyflow.checked_filter(query.filter, known, query.meter);
    by_cell := by_subject or names <> '{}' or allowed is not null;

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
    if query.window_size in ('HOUR', 'DAY') then
        is_wide := coalesce(hi - lo > most_listed * case query.window_size
            when 'HOUR' then interval '1 hour' else interval '24 hours' end, false);
    end if;
    if open_from or open_to or is_wide then
        select
            min(least(u.first, a.first, v.first)),
            max(greatest(u.last, a.last, v.last)) + grain
        into first, last
        from unnest(layers, counts_from, counts_to) l (layer, counts_from, counts_to)
        -- In the order in which hold_results locks them; so is what follows.
        cross join lateral (
            select min(window_start) as first, max(window_start) as last
            from tallyflow.distinct_value where distinct_value.layer = l.layer
              and window_start >= l.counts_from and window_start < l.counts_to) v
        cross join lateral (
            select min(window_start) as first, max(window_start) as last
            from tallyflow.usage_row where usage_row.layer = l.layer
              and window_start >= l.counts_from and window_start < l.counts_to) u
        cross join lateral (
            select min(window_start) as first, max(window_start) as last
            from tallyflow.adjustment_row where adjustment_row.layer = l.layer
              and window_start >= l.counts_from and window_start < l.counts_to) a;
        -- Without usage the range is empty; a year of it lets a zone be refused all the same.
        lo := coalesce(lo, least(first, hi - interval '1 day'), hi - interval '366 days',
            '2000-01-01 00:00:00+00');
        hi := coalesce(hi, greatest(last, lo + interval '1 day'), lo + interval '366 days');
        -- What is left of such a range is treated as an open one: where nothing is, no window is.
        if is_wide then
            lo := least(greatest(lo, first), hi - interval '1 day');
            hi := least(hi, greatest(coalesce(last, lo + interval '366 days'), lo + interval '1 day'));
        end if;
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
                or not (open_from or open_to or is_wide
                    or date_bin(step, lo, origin) + step < hi);
        end if;
    end if;
    if query.window_size is not null and step is null then
        bounds := tallyflow.calendar_bounds(query.window_size, zone, lo, hi);
        fits := not exists (
            select from unnest(bounds) b (instant)
            where date_bin(grain, b.instant, dawn) <> b.instant
              and (b.instant > lo or open_from or is_wide)
              and (b.instant < hi or open_to or is_wide));
    end if;
    if not fits then
        raise invalid_parameter_value using message = format(
            'time_zone: in %s a %s (window_size) does not always begin on the grain of meter %s, which is %s in UTC',
            zone, query.window_size, query.meter, definition.window_size);
    end if;

    return query
    with
    -- Every row with its window: of all subjects by time, of some by their cells, which are found
    -- first. Conditions on arguments are constants in the plan: they choose one expression, and of
    -- the parts below those of the aggregation.
    usage_placed as not materialized (
        select
            case
                when step is not null then date_bin(step, u.window_start, origin)
                when bounds is not null then bounds[width_bucket(u.window_start, bounds)]
            end as window,
            case when by_cell then u.cell end as cell,
            u.window_start, u.readings, u.sum, u.min, u.max,
            u.latest, u.latest_at, u.latest_source, u.latest_id
        from tallyflow.usage_row u
        where u.layer = any (layers)
          and u.window_start >= lo and u.window_start < hi
          and (not is_divided
            or u.window_start >= counts_from[array_position(layers, u.layer)]
            and u.window_start < counts_to[array_position(layers, u.layer)])
          and (query.subjects is null
            or u.cell = any (array(
                select c.cell from tallyflow.cell c
                where c.layer = any (layers) and c.subject = any (query.subjects))))
    ),
    adjustment_placed as not materialized (
        select
            case
                when step is not null then date_bin(step, a.window_start, origin)
                when bounds is not null then bounds[width_bucket(a.window_start, bounds)]
            end as window,
            case when by_cell then a.cell end as cell,
            a.window_start, a.readings, a.sum, a.min, a.max,
            a.latest, a.latest_at, a.latest_source, a.latest_id
        from tallyflow.adjustment_row a
        where a.layer = any (layers)
          and a.window_start >= lo and a.window_start < hi
          and (not is_divided
            or a.window_start >= counts_from[array_position(layers, a.layer)]
            and a.window_start < counts_to[array_position(layers, a.layer)])
          and (query.subjects is null
            or a.cell = any (array(
                select c.cell from tallyflow.cell c
                where c.layer = any (layers) and c.subject = any (query.subjects))))
    ),
    distinct_placed as not materialized (
        select
            case
                when step is not null then date_bin(step, v.window_start, origin)
                when bounds is not null then bounds[width_bucket(v.window_start, bounds)]
            end as window,
            case when by_cell then v.cell end as cell,
            v.window_start, v.value_hash
        from tallyflow.distinct_value v
        where v.layer = any (layers)
          and v.window_start >= lo and v.window_start < hi
          and (not is_divided
            or v.window_start >= counts_from[array_position(layers, v.layer)]
            and v.window_start < counts_to[array_position(layers, v.layer)])
          and (query.subjects is null
            or v.cell = any (array(
                select c.cell from tallyflow.cell c
                where c.layer = any (layers) and c.subject = any (query.subjects))))
    ),
    -- Once per window and cell, so that cells are looked up and jsonb is looked into for few rows; of
    -- each table by itself, so that the planner knows how many those are.
    part as (
        select
            p.window, p.cell,
            case when finds_from then min(p.window_start) end as first,
            case when finds_to then max(p.window_start) end as last,
            null::numeric as readings, null::numeric as sum,
            null::numeric as min, null::numeric as max,
            null::tallyflow.latest_reading as latest,
            p.value_hash
        from distinct_placed p
        where tallyflow.keeps(definition.aggregation, 'values')
        group by p.window, p.cell, p.value_hash
        union all
        select
            p.window, p.cell,
            case when finds_from then min(p.window_start) end,
            case when finds_to then max(p.window_start) end,
            sum(p.readings),
            case when tallyflow.keeps(definition.aggregation, 'sum') then sum(p.sum) end,
            case when tallyflow.keeps(definition.aggregation, 'min') then min(p.min) end,
            case when tallyflow.keeps(definition.aggregation, 'max') then max(p.max) end,
            case when tallyflow.keeps(definition.aggregation, 'latest')
                then tallyflow.latest(p.latest, p.latest_at, p.latest_source, p.latest_id) end,
            null
        from usage_placed p
        where tallyflow.keeps(definition.aggregation, 'partials')
        group by p.window, p.cell
        union all
        select
            p.window, p.cell,
            case when finds_from then min(p.window_start) end,
            case when finds_to then max(p.window_start) end,
            sum(p.readings),
            case when tallyflow.keeps(definition.aggregation, 'sum') then sum(p.sum) end,
            case when tallyflow.keeps(definition.aggregation, 'min') then min(p.min) end,
            case when tallyflow.keeps(definition.aggregation, 'max') then max(p.max) end,
            case when tallyflow.keeps(definition.aggregation, 'latest')
                then tallyflow.latest(p.latest, p.latest_at, p.latest_source, p.latest_id) end,
            null
        from adjustment_placed p
        where tallyflow.keeps(definition.aggregation, 'partials')
        group by p.window, p.cell
    ),
    grouped as (
        select
            p.*,
            case when by_subject then c.subject end as subject,
            case when names = '{}' then '{}' else array(
                select coalesce(c.group_by ->> n.name, '')
                from unnest(names) with ordinality n (name, place)
                order by n.place) end as texts
        from part p
        -- Where no cell is needed none is read; where subjects are named, only theirs.
        left join tallyflow.cell c
            on by_cell and c.cell = p.cell and c.layer = any (layers)
            and (query.subjects is null or c.subject = any (query.subjects))
        where allowed is null
           or not exists (
               select from jsonb_each(allowed) f
               where not f.value ? coalesce(c.group_by ->> f.key, ''))
    ),
    total as (
        select
            g.window, g.subject, g.texts, min(g.first) as first, max(g.last) + grain as last,
            tallyflow.value(
                definition.aggregation,
                sum(g.readings), sum(g.sum), min(g.min), max(g.max),
                (tallyflow.latest(
                    (g.latest).latest, (g.latest).latest_at,
                    (g.latest).latest_source, (g.latest).latest_id)).latest,
                count(distinct g.value_hash)) as value
        from grouped g
        group by g.window, g.subject, g.texts
        having tallyflow.is_usage(definition.aggregation, sum(g.readings), sum(g.sum))
    )
    select
        case when query.window_size is null
            then case when finds_from then min(t.first) over () else lo end
            else t.window
        end,
        case
            when query.window_size is null
            then case when finds_to then max(t.last) over () else hi end
            when step is not null then t.window + step
            else bounds[width_bucket(t.window, bounds) + 1]
        end,
        t.subject,
        jsonb_object(names, t.texts),
        trim_scale(t.value)
    from total t
    where t.value is not null
    order by t.window, t.subject collate "C", t.texts collate "C";

    if not found and tallyflow.value_of_nothing(definition.aggregation) is not null
        and query.window_size is null and not by_subject and names = '{}'
    then
        return next row(
            case when not open_from then lo end,
            case when not open_to then hi end,
            null, '{}'::jsonb,
            tallyflow.value_of_nothing(definition.aggregation))::tallyflow.query_row;
    end if;
end
$$;

comment on function tallyflow.query(
    text, timestamptz, timestamptz, text, text, text[], text[], jsonb) is
    'Usage of a meter, or of one of its versions alone (as in tokens@2), in [from, to), rounded outwards to the meter''s grain: by window (MINUTE; HOUR, DAY, WEEK from Monday, MONTH, YEAR of an IANA zone; or null for one total), subject and groups. Exact decimals, adjustments included. A total of an open range begins and ends with what was counted. Wrong arguments are errors 22023 that name the argument.';
