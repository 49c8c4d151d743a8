-- Usage since a reset. The job does not know of resets: a mark changes nothing that was counted, and so it
-- can be set before or after what it divides has arrived, and taken back. What counts since one is decided
-- by the windows' starts alone, and answered by tallyflow.query: there is no second sum that could differ
-- from the first.

create or replace function tallyflow.window_start(window_size text, at timestamptz)
returns timestamptz
language sql immutable
set search_path = pg_catalog, pg_temp
return case window_size
    when 'MINUTE' then date_bin('1 minute', at, '0001-01-01 00:00:00+00')
    when 'HOUR' then date_bin('1 hour', at, '0001-01-01 00:00:00+00')
    when 'DAY' then date_bin('1 day', at, '0001-01-01 00:00:00+00')
end;

comment on function tallyflow.window_start(text, timestamptz) is
    'Start of the window of this grain (MINUTE, HOUR or DAY, in UTC) that holds an instant.';

create or replace function tallyflow.place_reset()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    new.at := (
        select tallyflow.window_start(d.window_size, new.requested)
        from tallyflow.meter_definition d
        where d.slug = new.meter);
    if new.at is null then
        raise invalid_parameter_value using message = format(
            'meter: there is no meter %s', coalesce(to_json(new.meter)::text, 'null'));
    end if;
    return new;
end
$$;

comment on function tallyflow.place_reset() is
    'Puts a reset at the start of the window that holds the requested time.';

-- Whoever records a reset, it is at a boundary of its meter's windows.
create or replace trigger reset_is_placed
    before insert on tallyflow.reset
    for each row execute function tallyflow.place_reset();

create or replace function tallyflow.keep_undone()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    raise integrity_constraint_violation using message = format(
        'reset %s was undone, and that stays on record: record another one', old.id);
end
$$;

comment on function tallyflow.keep_undone() is 'Refuses to change a reset that was undone.';

create or replace trigger reset_stays_undone
    before update on tallyflow.reset
    for each row when (old.undone_at is not null) execute function tallyflow.keep_undone();

create or replace function tallyflow.reset_in_force(
    meter text, subject text default null, at timestamptz default null)
returns setof tallyflow.reset
language sql stable
set search_path = pg_catalog, pg_temp
as $$
    select r.*
    from tallyflow.reset r
    where r.meter = reset_in_force.meter
      and (r.subject is null or r.subject = reset_in_force.subject)
      and r.at <= coalesce(reset_in_force.at, 'infinity')
      and r.undone_at is null
    -- Of those at one boundary the last: they all mean the same.
    order by r.at desc, r.recorded_at desc, r.id desc
    limit 1
$$;

comment on function tallyflow.reset_in_force(text, text, timestamptz) is
    'The reset that usage of a subject counts from at an instant: of its own and those of all subjects the latest one that begins not after it and is not undone; no row if there is none. Without a subject only resets of all subjects count; without an instant the last one does.';

create or replace function tallyflow.usage_since_reset(
    meter text, subject text default null, at timestamptz default null, out value numeric)
returns numeric
language plpgsql
stable -- and so the reset and the usage are of one commit
set search_path = pg_catalog, pg_temp
as $$
declare
    since timestamptz;
begin
    if usage_since_reset.at = '-infinity' then
        raise invalid_parameter_value using message =
            'at: must be an instant, or null for all usage there is';
    end if;
    since := (
        select r.at
        -- Of a version alone that of its meter.
        from tallyflow.reset_in_force(
            split_part(usage_since_reset.meter, '@', 1), usage_since_reset.subject,
            usage_since_reset.at) r);
    if since = usage_since_reset.at then
        value := null; -- The range is empty, for which query has no answer.
    else
        value := (
            select q.value
            from tallyflow.query(
                meter => usage_since_reset.meter,
                "from" => since,
                "to" => usage_since_reset.at,
                subjects => case
                    when usage_since_reset.subject is not null then array[usage_since_reset.subject]
                end) q);
    end if;
    if value is null and exists (
        select from tallyflow.meter_definition d
        where d.slug = split_part(usage_since_reset.meter, '@', 1)
          and d.aggregation in ('SUM', 'COUNT', 'UNIQUE_COUNT')
    ) then
        value := 0;
    end if;
end
$$;

comment on function tallyflow.usage_since_reset(text, text, timestamptz) is
    'Usage of a subject, or of all together, in [R, at), where R is the boundary of tallyflow.reset_in_force, or open without a reset: exactly what tallyflow.query says of that range, adjustments included, and so rounded outwards to the grain. Of nothing, SUM, COUNT and UNIQUE_COUNT are 0, others null. Wrong arguments are errors 22023 that name the argument.';
