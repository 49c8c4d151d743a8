-- Meter, subject and group once, in the cell's own row.

create schema rows;

create table rows.cell (
    cell uuid primary key,
    layer integer not null,
    subject text collate "C" not null,
    group_by jsonb not null
);

create index cell_subject on rows.cell (layer, subject);

create table rows.usage_row (
    cell uuid not null,
    window_start timestamptz not null,
    shard integer not null,
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
    constraint usage_row_key primary key (cell, window_start, shard),
    constraint usage_row_readings_not_negative check (readings >= 0),
    constraint usage_row_sum_is_finite check (sum > '-Infinity' and sum < 'Infinity'),
    constraint usage_row_min_is_finite check (min > '-Infinity' and min < 'Infinity'),
    constraint usage_row_max_is_finite check (max > '-Infinity' and max < 'Infinity'),
    constraint usage_row_latest_is_finite check (latest > '-Infinity' and latest < 'Infinity'),
    constraint usage_row_latest_has_time check ((latest is null) = (latest_at is null)),
    constraint usage_row_shard_not_negative check (shard >= 0)
) partition by range (window_start);
