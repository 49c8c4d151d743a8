-- The events of one subject may be counted by several workers, each a share of them, called a shard.
-- A cell then has a row per shard, and what it comes to is their merge. Everything but "settled" was
-- merged before: a cell's row with its adjustments.

alter table tallyflow.usage_row
    add column shard integer not null default 0,
    add constraint usage_row_shard_not_negative check (shard >= 0);

alter table tallyflow.usage_row
    drop constraint usage_row_key,
    add constraint usage_row_key
        primary key (meter, subject, window_start, group_hash, shard);

comment on column tallyflow.usage_row.shard is
    'Which share of the subject''s events this row is of; 0 where subjects are not split.';

-- Rows of one number of shards cannot be replaced by rows of another.
alter table tallyflow.ledger
    add column shards integer not null default 1,
    add constraint ledger_shards_positive check (shards > 0);

comment on column tallyflow.ledger.shards is
    'How many shards each subject''s events are split into; fixed by the first start.';

create or replace view tallyflow.usage with (security_invoker = true) as
with cell as (
    select
        p.meter, p.subject, p.group_hash, p.group_by, p.window_start, p.window_end,
        sum(p.readings) as readings,
        sum(p.sum) as sum,
        min(p.min) as min,
        max(p.max) as max,
        (array_agg(p.latest order by p.latest_at desc, p.latest_source desc, p.latest_id desc)
            filter (where p.latest is not null))[1] as latest,
        -- Settled when all shards are. Only a settled window is ever adjusted.
        coalesce(bool_and(p.settled), true) as settled,
        count(*) filter (where p.settled is null) as adjustments
    from (
        select
            u.meter, u.subject, u.group_hash, u.group_by, u.window_start, u.window_end,
            u.readings, u.sum, u.min, u.max,
            u.latest, u.latest_at, u.latest_source, u.latest_id, u.settled
        from tallyflow.usage_row u
        union all
        select
            a.meter, a.subject, a.group_hash, a.group_by, a.window_start, a.window_end,
            a.readings, a.sum, a.min, a.max,
            a.latest, a.latest_at, a.latest_source, a.latest_id, null
        from tallyflow.adjustment a
    ) p
    group by p.meter, p.subject, p.group_hash, p.group_by, p.window_start, p.window_end
)
select
    c.meter,
    c.subject,
    c.group_by,
    c.window_start,
    c.window_end,
    trim_scale(case d.aggregation
        when 'SUM' then c.sum
        when 'COUNT' then c.readings
        when 'AVG' then case when c.readings > 0 then tallyflow.average(c.sum, c.readings) end
        when 'MIN' then c.min
        when 'MAX' then c.max
        when 'LATEST' then c.latest
        when 'UNIQUE_COUNT' then (
            select count(*)::numeric
            from tallyflow.distinct_value v
            where v.meter = c.meter
              and v.subject = c.subject
              and v.window_start = c.window_start
              and v.group_hash = c.group_hash)
    end) as value,
    c.readings::bigint as readings,
    c.settled,
    c.adjustments
from cell c
left join tallyflow.meter_definition d on d.slug = c.meter;
