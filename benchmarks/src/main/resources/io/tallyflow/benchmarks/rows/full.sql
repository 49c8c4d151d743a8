-- Meter, subject and group in every row, and in its key.

create schema rows;

create table rows.usage_row (
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
    shard integer not null default 0,
    constraint usage_row_key primary key (meter, subject, window_start, group_hash, shard),
    constraint usage_row_hash_is_128_bits check (octet_length(group_hash) = 16),
    constraint usage_row_group_is_object check (jsonb_typeof(group_by) = 'object'),
    constraint usage_row_window_is_forward check (window_start < window_end),
    constraint usage_row_readings_not_negative check (readings >= 0),
    constraint usage_row_sum_is_finite check (sum > '-Infinity' and sum < 'Infinity'),
    constraint usage_row_min_is_finite check (min > '-Infinity' and min < 'Infinity'),
    constraint usage_row_max_is_finite check (max > '-Infinity' and max < 'Infinity'),
    constraint usage_row_latest_is_finite check (latest > '-Infinity' and latest < 'Infinity'),
    constraint usage_row_latest_has_time check ((latest is null) = (latest_at is null)),
    constraint usage_row_shard_not_negative check (shard >= 0)
) partition by range (window_start);

create index usage_row_time on rows.usage_row (meter, window_start);
