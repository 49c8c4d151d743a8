-- What the stream commits and what the results stand for. Written by one transaction per checkpoint.
--
-- Keys are hashes of 128 bits with the text beside them, never jsonb: a long text does not fit a
-- btree entry, and jsonb in a key is slow. Text is compared as bytes (collation "C"), on every server
-- alike. Quantities are numeric without a fixed scale: exactly what was counted, no padding zeros.
-- A numeric can be NaN and, in the order of Postgres, NaN is greater than infinity: one upper bound
-- keeps both out.

create table tallyflow.usage_row (
    meter text collate "C" not null,
    subject text collate "C" not null,
    group_hash bytea not null,
    group_by jsonb not null,
    window_start timestamptz not null,
    window_end timestamptz not null,
    readings bigint not null,
    sum numeric,
    min numeric,
    max numeric,
    latest numeric,
    latest_at timestamptz,
    latest_source text collate "C",
    latest_id text collate "C",
    settled boolean not null,
    commit bigint not null,
    -- A month of one subject is one range of this index ...
    constraint usage_row_key primary key (meter, subject, window_start, group_hash),
    constraint usage_row_hash_is_128_bits check (octet_length(group_hash) = 16),
    constraint usage_row_group_is_object check (jsonb_typeof(group_by) = 'object'),
    constraint usage_row_window_is_forward check (window_start < window_end),
    constraint usage_row_readings_not_negative check (readings >= 0),
    constraint usage_row_sum_is_finite check (sum > '-Infinity' and sum < 'Infinity'),
    constraint usage_row_min_is_finite check (min > '-Infinity' and min < 'Infinity'),
    constraint usage_row_max_is_finite check (max > '-Infinity' and max < 'Infinity'),
    constraint usage_row_latest_is_finite check (latest > '-Infinity' and latest < 'Infinity'),
    constraint usage_row_latest_has_time check ((latest is null) = (latest_at is null))
) partition by range (window_start);

-- ... and a day of all subjects is one range of this one. Neither holds a column that changes, so
-- updates of a row stay within its page.
create index usage_row_time on tallyflow.usage_row (meter, window_start);

comment on table tallyflow.usage_row is
    'One meter, subject, group and window as a mergeable partial; consumers use the view tallyflow.usage.';

create table tallyflow.adjustment (
    meter text collate "C" not null,
    subject text collate "C" not null,
    group_hash bytea not null,
    group_by jsonb not null,
    window_start timestamptz not null,
    window_end timestamptz not null,
    readings bigint not null,
    sum numeric,
    min numeric,
    max numeric,
    latest numeric,
    latest_at timestamptz,
    latest_source text collate "C",
    latest_id text collate "C",
    reason text collate "C" not null,
    commit bigint not null,
    checkpoint bigint not null,
    committed_at timestamptz not null,
    constraint adjustment_key
        primary key (meter, subject, window_start, group_hash, commit, reason),
    constraint adjustment_reason_is_known check (reason in ('late', 'backfill', 'void')),
    constraint adjustment_hash_is_128_bits check (octet_length(group_hash) = 16),
    constraint adjustment_group_is_object check (jsonb_typeof(group_by) = 'object'),
    constraint adjustment_window_is_forward check (window_start < window_end),
    constraint adjustment_sum_is_finite check (sum > '-Infinity' and sum < 'Infinity'),
    constraint adjustment_min_is_finite check (min > '-Infinity' and min < 'Infinity'),
    constraint adjustment_max_is_finite check (max > '-Infinity' and max < 'Infinity'),
    constraint adjustment_latest_is_finite check (latest > '-Infinity' and latest < 'Infinity'),
    constraint adjustment_latest_has_time check ((latest is null) = (latest_at is null))
) partition by range (window_start);

create index adjustment_time on tallyflow.adjustment (meter, window_start);

comment on table tallyflow.adjustment is
    'What changed a window after it had settled: one row per cell, commit and reason. Every total includes it.';
comment on column tallyflow.adjustment.meter is 'Slug of the meter.';
comment on column tallyflow.adjustment.subject is 'Who is metered.';
comment on column tallyflow.adjustment.group_hash is 'First 128 bits of the SHA-256 of the canonical group text.';
comment on column tallyflow.adjustment.group_by is 'Group names and values, all text.';
comment on column tallyflow.adjustment.window_start is 'Start of the window, inclusive.';
comment on column tallyflow.adjustment.window_end is 'End of the window, exclusive.';
comment on column tallyflow.adjustment.readings is 'Readings added; negative where a void takes them away.';
comment on column tallyflow.adjustment.sum is 'Their sum; null where readings have no number (COUNT, UNIQUE_COUNT).';
comment on column tallyflow.adjustment.min is 'Smallest of them.';
comment on column tallyflow.adjustment.max is 'Greatest of them.';
comment on column tallyflow.adjustment.latest is 'The one with the greatest event time, source and id.';
comment on column tallyflow.adjustment.latest_at is 'Its event time.';
comment on column tallyflow.adjustment.latest_source is 'Its event source.';
comment on column tallyflow.adjustment.latest_id is 'Its event id.';
comment on column tallyflow.adjustment.reason is 'late, backfill or void.';
comment on column tallyflow.adjustment.commit is 'Number of the commit that made it visible.';
comment on column tallyflow.adjustment.checkpoint is 'Flink checkpoint of that commit.';
comment on column tallyflow.adjustment.committed_at is 'When that commit was made.';

create table tallyflow.distinct_value (
    meter text collate "C" not null,
    subject text collate "C" not null,
    group_hash bytea not null,
    group_by jsonb not null,
    window_start timestamptz not null,
    window_end timestamptz not null,
    value_hash bytea not null,
    value text collate "C" not null,
    commit bigint not null,
    constraint distinct_value_key
        primary key (meter, subject, window_start, group_hash, value_hash),
    constraint distinct_value_hash_is_128_bits check (octet_length(group_hash) = 16),
    constraint distinct_value_value_hash_is_128_bits check (octet_length(value_hash) = 16),
    constraint distinct_value_group_is_object check (jsonb_typeof(group_by) = 'object'),
    constraint distinct_value_window_is_forward check (window_start < window_end)
) partition by range (window_start);

create index distinct_value_time on tallyflow.distinct_value (meter, window_start);

comment on table tallyflow.distinct_value is
    'The distinct values of UNIQUE_COUNT meters, each with the commit that first brought it.';

create table tallyflow.ledger (
    pipeline text collate "C" primary key,
    epoch bigint not null default 0,
    commit bigint not null default 0,
    token bigint not null default 0,
    checkpoint bigint not null default 0,
    committed_at timestamptz,
    watermark timestamptz,
    offsets jsonb not null default '{}',
    consumed bigint not null default 0,
    metered bigint not null default 0,
    unmatched bigint not null default 0,
    duplicate bigint not null default 0,
    conflict bigint not null default 0,
    stale bigint not null default 0,
    rejected bigint not null default 0,
    readings bigint not null default 0,
    adjusted bigint not null default 0,
    ignored bigint not null default 0,
    reasons jsonb not null default '{}',
    constraint ledger_conserves_records
        check (consumed = metered + unmatched + duplicate + conflict + stale + rejected),
    constraint ledger_counts_not_negative
        check (least(metered, unmatched, duplicate, conflict, stale, rejected, readings, adjusted,
            ignored) >= 0),
    constraint ledger_offsets_is_object check (jsonb_typeof(offsets) = 'object'),
    constraint ledger_reasons_is_object check (jsonb_typeof(reasons) = 'object')
);

comment on table tallyflow.ledger is
    'Which commit, checkpoint, offsets and counters the results stand for; consumers use tallyflow.progress.';
comment on column tallyflow.ledger.offsets is 'Next Kafka offset to be read, by partition.';

create table tallyflow.ledger_history (
    pipeline text collate "C" not null,
    epoch bigint not null,
    commit bigint not null,
    token bigint not null,
    checkpoint bigint not null,
    prev_token bigint not null,
    prev_checkpoint bigint not null,
    committed_at timestamptz not null,
    watermark timestamptz,
    offsets jsonb not null,
    consumed bigint not null,
    metered bigint not null,
    unmatched bigint not null,
    duplicate bigint not null,
    conflict bigint not null,
    stale bigint not null,
    rejected bigint not null,
    readings bigint not null,
    adjusted bigint not null,
    ignored bigint not null,
    reasons jsonb not null,
    abandoned_in_epoch bigint,
    constraint ledger_history_key primary key (pipeline, epoch, commit),
    constraint ledger_history_name unique (pipeline, token, checkpoint),
    constraint ledger_history_conserves_records
        check (consumed = metered + unmatched + duplicate + conflict + stale + rejected),
    constraint ledger_history_abandoned_later check (abandoned_in_epoch > epoch)
);

comment on table tallyflow.ledger_history is
    'The whole ledger as of every commit, so that a rewind can put it back.';
comment on column tallyflow.ledger_history.abandoned_in_epoch is
    'Epoch of the rewind that took this commit back; null while it counts as applied.';

create table tallyflow.rewind (
    pipeline text collate "C" not null,
    epoch bigint not null,
    from_epoch bigint not null,
    from_commit bigint not null,
    to_commit bigint not null,
    at timestamptz not null,
    constraint rewind_key primary key (pipeline, epoch),
    constraint rewind_begins_an_epoch check (epoch > from_epoch),
    constraint rewind_goes_back check (to_commit <= from_commit)
);

comment on table tallyflow.rewind is 'Every time results were taken back to an earlier commit.';

create table tallyflow.meter_definition (
    slug text collate "C" primary key,
    description text not null,
    event_type text collate "C" not null,
    aggregation text collate "C" not null,
    value_property text collate "C",
    group_by jsonb not null,
    window_size text collate "C" not null,
    in_force boolean not null,
    constraint meter_definition_aggregation_is_known check (
        aggregation in ('SUM', 'COUNT', 'UNIQUE_COUNT', 'AVG', 'MIN', 'MAX', 'LATEST')),
    constraint meter_definition_window_size_is_known check (
        window_size in ('MINUTE', 'HOUR', 'DAY')),
    constraint meter_definition_value_unless_count check (
        (value_property is null) = (aggregation = 'COUNT')),
    constraint meter_definition_group_is_object check (jsonb_typeof(group_by) = 'object')
);

comment on table tallyflow.meter_definition is
    'Every definition there ever was; a slug never changes its meaning. Consumers use tallyflow.meter.';
