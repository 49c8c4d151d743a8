-- What is made of readings, in one place: what cells of an aggregation keep, which value is the latest,
-- and what is shown. Bodies are bound when a function is made, so no search path applies, and they
-- become part of the statements that call them: a constant aggregation leaves one branch of each.

-- Numeric division of Postgres picks a scale of its own; this is the quotient rounded once, half
-- away from zero, to 18 places, in integers.
create or replace function tallyflow.average(total numeric, readings numeric)
returns numeric
language sql immutable parallel safe
return sign(total)
    * div(2 * abs(total) * 1000000000000000000 + readings, 2 * readings)
    * 0.000000000000000001;

comment on function tallyflow.average(numeric, numeric) is
    'total / readings, rounded half away from zero to 18 places; readings are positive.';

create or replace function tallyflow.keeps(aggregation text, kept text)
returns boolean
language sql immutable parallel safe
return case kept
    when 'partials' then aggregation <> 'UNIQUE_COUNT'
    when 'sum' then aggregation in ('SUM', 'AVG')
    when 'min' then aggregation = 'MIN'
    when 'max' then aggregation = 'MAX'
    when 'latest' then aggregation = 'LATEST'
    when 'values' then aggregation = 'UNIQUE_COUNT'
end;

comment on function tallyflow.keeps(text, text) is
    'Whether a value of the aggregation is made of this: partials at all, of them sum, min, max, latest or (distinct) values.';

create or replace function tallyflow.value(
    aggregation text, readings numeric, sum numeric, min numeric, max numeric, latest numeric,
    distinct_values bigint)
returns numeric
language sql immutable parallel safe
return case aggregation
    when 'SUM' then sum
    when 'COUNT' then readings
    when 'AVG' then case when readings > 0 then tallyflow.average(sum, readings) end
    when 'MIN' then min
    when 'MAX' then max
    when 'LATEST' then latest
    when 'UNIQUE_COUNT' then distinct_values::numeric
end;

comment on function tallyflow.value(text, numeric, numeric, numeric, numeric, numeric, bigint) is
    'What the aggregation shows of what was kept; null for no value.';

create or replace function tallyflow.is_usage(aggregation text, readings numeric, sum numeric)
returns boolean
language sql immutable parallel safe
return case aggregation
    when 'SUM' then readings <> 0 or sum <> 0
    when 'COUNT' then readings <> 0
    when 'AVG' then readings > 0
    else true
end;

comment on function tallyflow.is_usage(text, numeric, numeric) is
    'Whether anything is left: what voids have taken away altogether is no usage.';

create or replace function tallyflow.value_of_nothing(aggregation text)
returns numeric
language sql immutable parallel safe
return case when aggregation in ('COUNT', 'UNIQUE_COUNT') then 0 end;

comment on function tallyflow.value_of_nothing(text) is
    'What the aggregation shows where there is no reading: 0 where it counts, else null.';

create or replace function tallyflow.later(
    known tallyflow.latest_reading, latest numeric, latest_at timestamptz,
    latest_source text, latest_id text)
returns tallyflow.latest_reading
language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
    if latest is null or later.latest_at < known.latest_at then
        return known;
    end if;
    if known.latest_at is null
        or (later.latest_at, later.latest_source collate "C", later.latest_id collate "C")
            > (known.latest_at, known.latest_source, known.latest_id)
    then
        return row(latest, later.latest_at, later.latest_source, later.latest_id);
    end if;
    return known;
end
$$;

comment on function
    tallyflow.later(tallyflow.latest_reading, numeric, timestamptz, text, text) is
    'The later of two: that with the greater time, then source, then id, as bytes.';

create or replace aggregate tallyflow.latest(numeric, timestamptz, text, text) (
    sfunc = tallyflow.later,
    stype = tallyflow.latest_reading,
    parallel = safe
);

comment on aggregate tallyflow.latest(numeric, timestamptz, text, text) is
    'The latest of values with their event times, sources and ids; null without any.';
