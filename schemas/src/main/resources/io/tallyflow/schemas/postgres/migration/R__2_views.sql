-- Views run with the rights of who reads them, so that row security on the tables holds.

create or replace function tallyflow.grain(window_size text)
returns interval
language sql immutable parallel safe
return case window_size
    when 'MINUTE' then interval '1 minute'
    when 'HOUR' then interval '1 hour'
    -- Not a day, which is shorter or longer where a session's clocks are changed.
    when 'DAY' then interval '24 hours'
end;

comment on function tallyflow.grain(text) is 'Length of the windows of a size: MINUTE, HOUR or DAY.';

create or replace function tallyflow.is_of_run(shard integer)
returns boolean
language sql immutable parallel safe
return shard >= 1000000;

comment on function tallyflow.is_of_run(integer) is
    'Whether a row of usage with this shard is of a run or a patch, and not of the stream.';

create or replace function tallyflow.cell_of(layer text, subject text, group_text text)
returns uuid
language sql immutable parallel safe
set search_path = pg_catalog, pg_temp
return encode(substring(sha256((
    select string_agg(int4send(octet_length(t.bytes)) || t.bytes, ''::bytea order by t.place)
    from unnest(array[
        convert_to(layer, 'UTF8'), convert_to(subject, 'UTF8'), convert_to(group_text, 'UTF8')])
        with ordinality t (bytes, place))) for 16), 'hex')::uuid;

comment on function tallyflow.cell_of(text, text, text) is
    'Key of a cell by the name of its layer, its subject and the canonical text of its group: a JSON object of strings, names sorted, without white space.';

create or replace view tallyflow.usage with (security_invoker = true) as
-- Quals on any of these columns reach the tables: a subject by its cells, a meter by its layers.
-- A window may have rows of the stream and of runs.
with counted as (
    select
        d.slug, d.aggregation, d.window_size, c.layer, c.cell, c.subject, c.group_by, p.window_start,
        sum(p.readings) as readings,
        sum(p.sum) as sum,
        min(p.min) as min,
        max(p.max) as max,
        (tallyflow.latest(p.latest, p.latest_at, p.latest_source, p.latest_id)).latest,
        -- Settled when all shards are. Only a settled window is ever adjusted. Of a run the time says it.
        coalesce(
            bool_and(
                p.settled
                or tallyflow.is_of_run(p.shard)
                and p.window_start + tallyflow.grain(d.window_size)
                    <= (select coalesce(min(s.settled_until), '-infinity') from tallyflow.ledger s)),
            true) as settled,
        count(*) filter (where p.settled is null) as adjustments
    from (
        select
            u.cell, u.layer, u.window_start, u.readings, u.sum, u.min, u.max,
            u.latest, u.latest_at, u.latest_source, u.latest_id, u.settled, u.shard
        from tallyflow.usage_row u
        union all
        select
            a.cell, a.layer, a.window_start, a.readings, a.sum, a.min, a.max,
            a.latest, a.latest_at, a.latest_source, a.latest_id, null, null
        from tallyflow.adjustment_row a
        union all
        -- They are in a row of usage.
        select
            b.cell, b.layer, b.window_start, null, null, null, null, null, null, null, null, null, null
        from tallyflow.patched_adjustment b
    ) p
    join tallyflow.layer l on l.layer = p.layer
        and l.shown
        and (l.counts_from is null or p.window_start >= l.counts_from)
        and (l.counts_to is null or p.window_start < l.counts_to)
    join tallyflow.cell c on c.cell = p.cell and c.layer = l.cells_of
    join tallyflow.meter_definition d on d.slug = l.slug
    group by d.slug, c.cell, p.window_start
    -- Of a window whose events were all taken back nothing is left.
    having sum(p.readings) > 0
)
select
    c.slug as meter,
    c.subject,
    c.group_by,
    c.window_start,
    c.window_start + tallyflow.grain(c.window_size) as window_end,
    trim_scale(tallyflow.value(
        c.aggregation, c.readings, c.sum, c.min, c.max, c.latest,
        case when tallyflow.keeps(c.aggregation, 'values') then (
            select count(distinct v.value_hash)
            from tallyflow.distinct_value v
            where v.window_start = c.window_start
              and v.cell = any (c.cell || array(
                select o.cell
                from tallyflow.layer l
                join tallyflow.cell o on o.layer = l.layer
                where l.cells_of = c.layer and l.kind = 'run' and l.shown
                  and o.subject = c.subject and o.group_by = c.group_by)))
        end)) as value,
    c.readings::bigint as readings,
    c.settled,
    c.adjustments
from counted c;

comment on view tallyflow.usage is
    'One row per meter, subject, group and window, adjustments included.';
comment on column tallyflow.usage.meter is 'Slug of the meter.';
comment on column tallyflow.usage.subject is 'Who is metered.';
comment on column tallyflow.usage.group_by is 'Group names and values, all text; {} for none.';
comment on column tallyflow.usage.window_start is 'Start of the window, inclusive.';
comment on column tallyflow.usage.window_end is 'End of the window, exclusive.';
comment on column tallyflow.usage.value is 'What the meter''s aggregation makes of the window.';
comment on column tallyflow.usage.readings is 'Readings in the window, adjustments included.';
comment on column tallyflow.usage.settled is 'No on-time reading can change the window any more.';
comment on column tallyflow.usage.adjustments is 'Number of rows in tallyflow.adjustment for this window.';

create or replace view tallyflow.adjustment with (security_invoker = true) as
select
    d.slug as meter, c.subject, c.group_by, a.window_start,
    a.window_start + tallyflow.grain(d.window_size) as window_end,
    a.readings, a.sum, a.min, a.max, a.latest, a.latest_at, a.latest_source, a.latest_id,
    a.reason, a.commit, a.checkpoint, a.committed_at
from (
    select
        r.cell, r.layer, r.window_start, r.readings, r.sum, r.min, r.max, r.latest, r.latest_at,
        r.latest_source, r.latest_id, r.reason, r.commit, r.checkpoint, r.committed_at
    from tallyflow.adjustment_row r
    union all
    select
        p.cell, p.layer, p.window_start, p.readings, p.sum, p.min, p.max, p.latest, p.latest_at,
        p.latest_source, p.latest_id, p.reason, p.commit, p.checkpoint, p.committed_at
    from tallyflow.patched_adjustment p
) a
join tallyflow.cell c on c.cell = a.cell and c.layer = a.layer
join tallyflow.layer l on l.layer = a.layer
    and l.shown
    and (l.counts_from is null or a.window_start >= l.counts_from)
    and (l.counts_to is null or a.window_start < l.counts_to)
join tallyflow.meter_definition d on d.slug = l.slug;

comment on view tallyflow.adjustment is
    'What changed a window after it had settled: one row per subject, group, window, commit and reason. Every total includes it.';
comment on column tallyflow.adjustment.meter is 'Slug of the meter.';
comment on column tallyflow.adjustment.subject is 'Who is metered.';
comment on column tallyflow.adjustment.group_by is 'Group names and values, all text.';
comment on column tallyflow.adjustment.window_start is 'Start of the window, inclusive.';
comment on column tallyflow.adjustment.window_end is 'End of the window, exclusive.';
comment on column tallyflow.adjustment.readings is 'Readings added; negative where a void or a repair takes them away.';
comment on column tallyflow.adjustment.sum is
    'Their sum; null where readings have no number (COUNT, UNIQUE_COUNT).';
comment on column tallyflow.adjustment.min is 'Smallest of them; null of a void and of a repair.';
comment on column tallyflow.adjustment.max is 'Greatest of them; null of a void and of a repair.';
comment on column tallyflow.adjustment.latest is
    'The one with the greatest event time, source and id; null of a void and of a repair.';
comment on column tallyflow.adjustment.latest_at is 'Its event time.';
comment on column tallyflow.adjustment.latest_source is 'Its event source.';
comment on column tallyflow.adjustment.latest_id is 'Its event id.';
comment on column tallyflow.adjustment.reason is 'late, backfill, void or repair.';
comment on column tallyflow.adjustment.commit is
    'Number of the commit that made it visible; of a void and of a repair, that of the first commit after it.';
comment on column tallyflow.adjustment.checkpoint is 'Flink checkpoint of that commit.';
comment on column tallyflow.adjustment.committed_at is 'When that commit was made.';

create or replace view tallyflow.progress with (security_invoker = true) as
select
    pipeline, epoch, commit, checkpoint, committed_at, watermark, offsets,
    consumed, metered, unmatched, duplicate, conflict, stale, rejected,
    readings, adjusted, ignored
from tallyflow.ledger;

comment on view tallyflow.progress is
    'Per pipeline what the results stand for, exact as of the last commit: consumed = metered + unmatched + duplicate + conflict + stale + rejected.';
comment on column tallyflow.progress.pipeline is 'Name of the pipeline.';
comment on column tallyflow.progress.epoch is 'Counts rewinds.';
comment on column tallyflow.progress.commit is 'Counts commits, up by one.';
comment on column tallyflow.progress.checkpoint is 'Flink checkpoint of the last commit.';
comment on column tallyflow.progress.committed_at is 'When it was made.';
comment on column tallyflow.progress.watermark is 'Event time up to which the stream is complete but for late events.';
comment on column tallyflow.progress.offsets is 'Next Kafka offset to be read, by partition.';
comment on column tallyflow.progress.consumed is 'Records read from Kafka.';
comment on column tallyflow.progress.metered is 'Accepted, and at least one meter matches the type.';
comment on column tallyflow.progress.unmatched is 'Accepted, no meter for the type.';
comment on column tallyflow.progress.duplicate is 'Copies of an accepted event.';
comment on column tallyflow.progress.conflict is 'Copies with another type or other data.';
comment on column tallyflow.progress.stale is 'Event time beyond the dedupe horizon.';
comment on column tallyflow.progress.rejected is 'Not a valid usage event.';
comment on column tallyflow.progress.readings is 'Readings that counted.';
comment on column tallyflow.progress.adjusted is 'Of these, the ones in an adjustment.';
comment on column tallyflow.progress.ignored is 'Events that a matching meter could take no reading from, once per meter.';

create or replace function tallyflow.complete_from(meter text, counted_from timestamptz)
returns timestamptz
language sql stable
set search_path = pg_catalog, pg_temp
begin atomic
    -- Of the time that is counted without a gap until the end of time, the beginning.
    select lower(r.times)
    from unnest((
        select coalesce(
                -- A version that another has followed since counts for less than it was run for.
                range_agg(
                    tstzrange(c.counts_from, c.counts_to) * tstzrange(s.counts_from, s.counts_to)),
                '{}')
            + tstzmultirange(tstzrange(counted_from, null))
        from tallyflow.counting_run c
        join tallyflow.layer l on l.layer = c.layer
        join tallyflow.layer s on s.layer = l.cells_of
        where l.slug = meter and c.state = 'shown')) r (times)
    where upper_inf(r.times);
end;

comment on function tallyflow.complete_from(text, timestamptz) is
    'Event time from which on a meter''s totals are whole that the stream counts from a time on: what runs have counted is included. Null if they are whole from the beginning.';

create or replace view tallyflow.meter with (security_invoker = true) as
select
    slug, description, event_type, aggregation, value_property, group_by, window_size,
    version, counts_from,
    -- Few meters have had a run, and there may be very many.
    case
        when slug in (
            select l.slug from tallyflow.counting_run c
            join tallyflow.layer l on l.layer = c.layer
            where c.state = 'shown')
        then tallyflow.complete_from(slug, complete_from)
        else complete_from
    end as complete_from,
    since_commit
from tallyflow.meter_definition
where in_force;

comment on view tallyflow.meter is 'The meter definitions in force.';
comment on column tallyflow.meter.slug is 'The meter''s public name.';
comment on column tallyflow.meter.description is 'For people.';
comment on column tallyflow.meter.event_type is 'CloudEvents type of the events it meters.';
comment on column tallyflow.meter.aggregation is 'SUM, COUNT, UNIQUE_COUNT, AVG, MIN, MAX or LATEST.';
comment on column tallyflow.meter.value_property is 'JSONPath of the value; null for COUNT.';
comment on column tallyflow.meter.group_by is 'Group name to JSONPath.';
comment on column tallyflow.meter.window_size is 'Finest grain kept: MINUTE, HOUR or DAY.';
comment on column tallyflow.meter.version is 'Number of the definition, from 1.';
comment on column tallyflow.meter.counts_from is
    'First event time that this version counts; null for no bound.';
comment on column tallyflow.meter.complete_from is
    'Event time from which on the meter''s totals are whole; null if they are from the beginning.';
comment on column tallyflow.meter.since_commit is
    'Number of the commit that registered this version; 0 if nothing had been committed.';

create or replace view tallyflow.meter_version with (security_invoker = true) as
select
    r.slug, r.description, r.event_type, r.aggregation, r.value_property, r.group_by, r.window_size,
    r.version, r.counts_from, l.counts_to, l.since_commit,
    case
        when w.request is not null then 'withdrawn'
        when l.layer is null then 'requested'
        when not d.in_force then 'retired'
        when l.shown then 'shown'
        else 'registered'
    end collate "C" as state,
    r.requested_by, r.requested_at
from tallyflow.meter_request r
left join tallyflow.meter_definition d on d.slug = r.slug
left join tallyflow.layer l on l.slug = r.slug and l.version = r.version and l.kind = 'stream'
left join tallyflow.meter_request w
    on w.kind = 'withdraw' and w.slug = r.slug and w.version = r.version
where r.kind = 'define';

comment on view tallyflow.meter_version is 'Every version of a meter there ever was.';
comment on column tallyflow.meter_version.slug is 'The meter''s public name.';
comment on column tallyflow.meter_version.description is 'For people.';
comment on column tallyflow.meter_version.event_type is 'CloudEvents type of the events it counts.';
comment on column tallyflow.meter_version.aggregation is 'The same for all versions of a meter.';
comment on column tallyflow.meter_version.value_property is 'JSONPath of the value; null for COUNT.';
comment on column tallyflow.meter_version.group_by is 'Group name to JSONPath.';
comment on column tallyflow.meter_version.window_size is 'The same for all versions of a meter.';
comment on column tallyflow.meter_version.version is 'Number of the version, from 1.';
comment on column tallyflow.meter_version.counts_from is
    'First event time that it counts; null for no bound.';
comment on column tallyflow.meter_version.counts_to is
    'Event time from which on it does not count any more; null for no bound.';
comment on column tallyflow.meter_version.since_commit is
    'Number of the commit that registered it; null while none has.';
comment on column tallyflow.meter_version.state is
    'requested: nothing is counted by it yet; withdrawn: taken back before totals showed it; registered: it is counted, and totals do not show it; shown: totals take the windows of its time from it; retired: the meter is no longer counted.';
comment on column tallyflow.meter_version.requested_by is 'User of the database who asked for it.';
comment on column tallyflow.meter_version.requested_at is 'When.';

create or replace view tallyflow.run with (security_invoker = true) as
select
    c.run, c.kind, l.slug as meter, l.version, c.counts_from as "from", c.counts_to as "to", c.state,
    c.requested_at, c.requested_by, c.reason, c.shown_in_commit, c.events, c.windows
from tallyflow.counting_run c
join tallyflow.layer l on l.layer = c.layer
union all
select
    c.run, c.kind, l.slug, l.version, min(w.window_start),
    max(w.window_start) + tallyflow.grain(d.window_size), c.state,
    c.requested_at, c.requested_by, c.reason, c.shown_in_commit,
    sum(w.readings)::bigint, sum(w.cells)
from tallyflow.counting_run c
join tallyflow.patch_window w on w.run = c.run
join tallyflow.layer l on l.layer = w.layer
join tallyflow.meter_definition d on d.slug = l.slug
group by c.run, l.layer, d.slug;

comment on view tallyflow.run is
    'What was counted from the lake for versions of meters, beside what the stream counts.';
comment on column tallyflow.run.run is
    'Number of the run; a patch and a repair have a row for each version that they count.';
comment on column tallyflow.run.kind is
    'backfill: what came before the version was asked for; redefine: the same of a version that counts from a time in the past on, and takes the place of the one before it with this run; patch: windows that voids took events from; repair: windows that came to something else than their events.';
comment on column tallyflow.run.meter is 'Slug of the meter.';
comment on column tallyflow.run.version is 'Which of its versions is counted.';
comment on column tallyflow.run."from" is 'First event time that is counted; null for no bound.';
comment on column tallyflow.run."to" is
    'First event time that is not counted any more; null for no bound.';
comment on column tallyflow.run.state is
    'running: under way, or ended before it was done, and goes on when the same is asked again; shown: totals include it; failed: given up, and its rows are gone; undone: a rewind took back what it rests on.';
comment on column tallyflow.run.requested_at is 'When.';
comment on column tallyflow.run.requested_by is 'User of the database who asked for it.';
comment on column tallyflow.run.reason is 'Why, for people; null if nobody said.';
comment on column tallyflow.run.shown_in_commit is
    'Number of the last commit before totals included it; null if they never did.';
comment on column tallyflow.run.events is 'How many events it has counted.';
comment on column tallyflow.run.windows is
    'How many windows of a subject and group it has counted, each of which may have a share of the stream, too.';

create or replace view tallyflow.void with (security_invoker = true) as
select v.subject, v.source, v.id, v.reason, v.requested_at, v.state, v.run
from tallyflow.void_event v;

comment on view tallyflow.void is
    'Events that take another one back, as far as the lake was looked through for them.';
comment on column tallyflow.void.subject is 'Who is metered.';
comment on column tallyflow.void.source is
    'Source of the event that is taken back; null if the void names no event.';
comment on column tallyflow.void.id is 'Its id.';
comment on column tallyflow.void.reason is 'Why, for people; null if nobody said.';
comment on column tallyflow.void.requested_at is 'Time of the void.';
comment on column tallyflow.void.state is
    'pending: no such event has come yet, or one of its windows has not settled; applied: no total includes it; repeated: another void names the same event; expired: no such event came in time, or the void names none.';
comment on column tallyflow.void.run is
    'The patch that took it out of all totals; null while none has, and where no meter had counted it.';

create or replace view tallyflow.import with (security_invoker = true) as
select
    i.import, i.source, i.requested_at, i.requested_by, i.events, i.known, i.sent, i.rejected,
    i.ended_at
from tallyflow.event_import i;

comment on view tallyflow.import is
    'What was sent to the stream from files, or again from the lake. Readings of windows that had settled are adjustments with reason backfill.';
comment on column tallyflow.import.import is
    'Number of the import; events bear it in the lake.';
comment on column tallyflow.import.source is
    'The files, as they were named; or stale_events.';
comment on column tallyflow.import.requested_at is 'When.';
comment on column tallyflow.import.requested_by is 'User of the database who asked for it.';
comment on column tallyflow.import.events is 'Events in the source.';
comment on column tallyflow.import.known is
    'Events of which one with the same subject, source and id had been accepted before, or stands further ahead in the source. They were not sent.';
comment on column tallyflow.import.sent is
    'Events that Kafka has acknowledged.';
comment on column tallyflow.import.rejected is
    'Lines that are no events; they were not sent.';
comment on column tallyflow.import.ended_at is
    'When all was sent; null while it is not, and of an import that was ended before.';
