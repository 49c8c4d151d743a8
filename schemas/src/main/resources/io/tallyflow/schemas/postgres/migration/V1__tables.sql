-- What the stream commits and what the results stand for. Written by one transaction per checkpoint.
--
-- Keys are hashes of 128 bits with the text beside them, never jsonb: a long text does not fit a
-- btree entry, and jsonb in a key is slow. Text is compared as bytes (collation "C"), on every server
-- alike. Quantities are numeric without a fixed scale: exactly what was counted, no padding zeros.
-- A numeric can be NaN and, in the order of Postgres, NaN is greater than infinity: one upper bound
-- keeps both out.
--
-- This file makes the tables, once. Views, functions and rights stand in the files that begin with R:
-- each is run again whenever it changes, after the files that begin with V.

-- What is asked to be counted, and not to be counted any more. It stands here before anything is
-- counted by it, so that whoever starts a job, and however often, starts it with the same versions;
-- and a job that runs reads here what has changed. Rows are added by one transaction at a time, so
-- that their numbers grow in the order in which they can be seen, and say the same for ever.
create table tallyflow.meter_request (
    request bigint generated always as identity primary key,
    kind text collate "C" not null,
    slug text collate "C" not null,
    version integer not null,
    description text,
    event_type text collate "C",
    aggregation text collate "C",
    value_property text collate "C",
    group_by jsonb,
    window_size text collate "C",
    counts_from timestamptz,
    counts_to timestamptz,
    requested_by text collate "C" not null default session_user,
    requested_at timestamptz not null default now(),
    constraint meter_request_kind_is_known check (kind in ('define', 'end', 'withdraw')),
    constraint meter_request_version_positive check (version > 0),
    constraint meter_request_defines check (
        num_nulls(description, event_type, aggregation, group_by, window_size)
            = case kind when 'define' then 0 else 5 end),
    constraint meter_request_ends check ((kind = 'end') = (counts_to is not null)),
    constraint meter_request_aggregation_is_known check (
        aggregation in ('SUM', 'COUNT', 'UNIQUE_COUNT', 'AVG', 'MIN', 'MAX', 'LATEST')),
    constraint meter_request_window_size_is_known check (
        window_size in ('MINUTE', 'HOUR', 'DAY')),
    constraint meter_request_value_unless_count check (
        (value_property is null) = (coalesce(aggregation, 'COUNT') = 'COUNT')),
    constraint meter_request_group_is_object check (jsonb_typeof(group_by) = 'object')
);

create unique index meter_request_version on tallyflow.meter_request (slug, version)
    where kind = 'define';

comment on table tallyflow.meter_request is
    'Everything that was ever asked for of meters; consumers use tallyflow.meter_version.';
comment on column tallyflow.meter_request.request is 'Number of the request; it only grows.';
comment on column tallyflow.meter_request.kind is
    'define: a version is to be counted; end: from some event time on it is not counted any more; withdraw: it is taken back, before totals showed it.';
comment on column tallyflow.meter_request.counts_from is
    'First event time that the version counts, on a boundary of its windows; null for no bound.';
comment on column tallyflow.meter_request.counts_to is
    'Of an end: the first event time that the version does not count any more.';

-- Which files of definitions starts have taken. A start with the file of the start before it asks for
-- nothing, so that it takes nothing back that was asked for since.
create table tallyflow.meter_file (
    taken bigint generated always as identity primary key,
    digest text collate "C" not null,
    taken_by text collate "C" not null default session_user,
    taken_at timestamptz not null default now()
);

comment on table tallyflow.meter_file is 'The files of definitions that starts have taken.';
comment on column tallyflow.meter_file.digest is
    'SHA-256 of the definitions in it, in hexadecimal.';

create table tallyflow.meter_definition (
    slug text collate "C" primary key,
    description text not null,
    event_type text collate "C" not null,
    aggregation text collate "C" not null,
    value_property text collate "C",
    group_by jsonb not null,
    window_size text collate "C" not null,
    in_force boolean not null,
    version integer not null default 1,
    counts_from timestamptz,
    complete_from timestamptz,
    since_commit bigint not null default 0,
    constraint meter_definition_aggregation_is_known check (
        aggregation in ('SUM', 'COUNT', 'UNIQUE_COUNT', 'AVG', 'MIN', 'MAX', 'LATEST')),
    constraint meter_definition_window_size_is_known check (
        window_size in ('MINUTE', 'HOUR', 'DAY')),
    constraint meter_definition_value_unless_count check (
        (value_property is null) = (aggregation = 'COUNT')),
    constraint meter_definition_group_is_object check (jsonb_typeof(group_by) = 'object')
);

comment on table tallyflow.meter_definition is
    'Every meter there ever was, by the newest of its versions that is shown. Consumers use tallyflow.meter.';

-- A layer is one definition's share of the truth: the rows that were counted by it. Rows name their
-- layer, so that another definition of the same slug can be counted beside them.
create table tallyflow.layer (
    layer integer primary key,
    slug text collate "C" not null references tallyflow.meter_definition,
    version integer not null,
    kind text collate "C" not null,
    name text collate "C" not null,
    since_commit bigint not null,
    event_type text collate "C" not null,
    value_property text collate "C",
    group_by jsonb not null,
    counts_from timestamptz,
    counts_to timestamptz,
    shown boolean not null default true,
    cells_of integer not null references tallyflow.layer,
    constraint layer_name unique (name),
    constraint layer_number_positive check (layer > 0),
    constraint layer_version_positive check (version > 0),
    constraint layer_kind_is_known check (kind in ('stream', 'run')),
    constraint layer_of_stream_has_its_own_cells check (kind <> 'stream' or cells_of = layer),
    constraint layer_group_is_object check (jsonb_typeof(group_by) = 'object'),
    constraint layer_counts_some_time check (counts_from < counts_to)
);

create unique index layer_version on tallyflow.layer (slug, version) where kind = 'stream';

comment on table tallyflow.layer is
    'One definition''s share of the truth: what the stream counted for one version of a slug, or what a run counted for it that the stream had not.';
comment on column tallyflow.layer.name is
    'slug@version of the stream, slug@version#run of a run. Cells are named by it.';
comment on column tallyflow.layer.cells_of is
    'Layer whose cells rows of usage name: of a run that of the stream, so that both have one cell for a subject and group. Distinct values name cells of their own layer, as a value that both have seen is there twice.';
comment on column tallyflow.layer.since_commit is
    'Number of the commit that registered it; 0 if nothing has been committed.';
comment on column tallyflow.layer.event_type is 'CloudEvents type, of this version.';
comment on column tallyflow.layer.value_property is
    'JSONPath of the value, of this version; null for COUNT.';
comment on column tallyflow.layer.group_by is 'Group name to JSONPath, of this version.';
comment on column tallyflow.layer.counts_from is
    'First event time whose windows totals take from it, on a boundary of the meter''s windows; null for no bound.';
comment on column tallyflow.layer.counts_to is
    'Event time from which on totals take no window from it any more; null for no bound.';
comment on column tallyflow.layer.shown is
    'Whether totals take anything from it. Rows outside its time, or of one that is not shown, are there and count for nothing.';

-- A run counts from the lake what the stream did not count for a version: the events that were
-- accepted before the version was asked for. Its rows stand in a layer of its own, which nothing
-- shows until all of it is there. Only what the stream can never count any more is counted: which
-- events those are hangs on the commit that registered the version, and goes back with it.
--
-- A patch counts windows again that have settled, because voids took events of theirs back. It needs
-- no layer: its rows take the place of those that it found, in one transaction. They rest on the commit
-- whose events it has read, and go back with that.
create table tallyflow.counting_run (
    run bigint primary key,
    kind text collate "C" not null,
    layer integer unique references tallyflow.layer,
    request bigint references tallyflow.meter_request,
    cut_commit bigint not null,
    counts_from timestamptz,
    counts_to timestamptz,
    state text collate "C" not null default 'running',
    done_until timestamptz,
    events bigint not null default 0,
    windows bigint not null default 0,
    reason text collate "C",
    requested_by text collate "C" not null default session_user,
    requested_at timestamptz not null default now(),
    shown_in_commit bigint,
    swept boolean not null default false,
    constraint counting_run_kind_is_known
        check (kind in ('backfill', 'redefine', 'patch', 'repair')),
    constraint counting_run_state_is_known
        check (state in ('running', 'shown', 'failed', 'undone')),
    constraint counting_run_has_a_layer_unless_it_patches check (
        num_nulls(layer, request) = case when kind in ('patch', 'repair') then 2 else 0 end),
    constraint counting_run_counts_some_time check (counts_from < counts_to),
    constraint counting_run_counts_not_negative check (least(events, windows) >= 0),
    constraint counting_run_shown_by_a_commit
        check (state <> 'shown' or shown_in_commit is not null)
);

comment on table tallyflow.counting_run is
    'What was counted from the lake beside the stream; consumers use tallyflow.run.';
comment on column tallyflow.counting_run.request is
    'Request for the version. Events that the stream counted by an earlier one are counted.';
comment on column tallyflow.counting_run.cut_commit is
    'Number of the commit that registered the version: the stream counts by it whatever comes later. Of a patch, the commit whose events it counts. The rows bear it, and a rewind to before it undoes the run.';
comment on column tallyflow.counting_run.done_until is
    'Windows that start before it are counted, and their rows are there; null before the first day is done.';

comment on column tallyflow.counting_run.swept is
    'Of one that failed or was undone: its rows are gone.';

create index counting_run_not_whole on tallyflow.counting_run (run) where state <> 'shown';

-- What voids ask for, as the lake has them. Texts of events have no bound that an index knows, so hashes
-- stand for them, as those of the stream do.
create table tallyflow.void_event (
    void uuid primary key,
    target uuid,
    subject text collate "C" not null,
    source text collate "C",
    id text collate "C",
    reason text collate "C",
    requested_at timestamptz not null,
    checkpoint bigint not null,
    looked_at timestamptz,
    state text collate "C" not null default 'pending',
    event_type text collate "C",
    event_at timestamptz,
    event_checkpoint bigint,
    run bigint references tallyflow.counting_run,
    constraint void_event_state_is_known
        check (state in ('pending', 'applied', 'repeated', 'expired')),
    constraint void_event_names_an_event check (
        num_nulls(target, source, id) in (0, 3) and (target is not null or state = 'expired')),
    constraint void_event_finds_all_of_it
        check (num_nulls(event_type, event_at, event_checkpoint) in (0, 3)),
    constraint void_event_is_applied_to_an_event
        check (state <> 'applied' or event_at is not null)
);

create index void_event_target on tallyflow.void_event (target);
create index void_event_at on tallyflow.void_event (event_at) where state = 'applied';
create index void_event_open on tallyflow.void_event (subject) where state = 'pending';
create index void_event_waits on tallyflow.void_event (event_at) where state = 'pending';

comment on table tallyflow.void_event is
    'Events that take others back, as the lake has them; consumers use tallyflow.void.';
comment on column tallyflow.void_event.void is
    'First 128 bits of the SHA-256 of its own subject, source and id, each with its length before it.';
comment on column tallyflow.void_event.target is
    'The same of the event that it takes back; null if it names none.';
comment on column tallyflow.void_event.checkpoint is
    'Flink checkpoint by which it was accepted; a rewind to before it takes it back.';
comment on column tallyflow.void_event.looked_at is
    'Watermark of the lake when it was first looked through for the event; null if it had none.';
comment on column tallyflow.void_event.event_at is
    'Time of the event that it takes back; null while no such event is in the lake.';

-- How far the lake was looked through for voids.
create table tallyflow.void_look (
    one boolean primary key default true,
    epoch bigint not null,
    checkpoint bigint not null,
    committed_at timestamptz not null,
    accepted bigint not null,
    constraint void_look_is_one check (one)
);

comment on table tallyflow.void_look is
    'Up to which checkpoint events of the lake are known that voids may name; of another epoch, it means nothing.';
comment on column tallyflow.void_look.committed_at is 'When the commit was made that the lake stood for.';
comment on column tallyflow.void_look.accepted is 'How many events had been accepted by then.';

-- What patches have counted again.
create table tallyflow.patch_window (
    run bigint not null references tallyflow.counting_run,
    layer integer not null references tallyflow.layer,
    subject text collate "C" not null,
    window_start timestamptz not null,
    readings bigint not null,
    cells integer not null,
    constraint patch_window_counts_not_negative check (least(readings, cells) >= 0)
);

create index patch_window_run on tallyflow.patch_window (run);
create index patch_window_layer on tallyflow.patch_window (layer, window_start);

comment on table tallyflow.patch_window is
    'Windows of a subject that patches have counted again, with what they found; see tallyflow.run.';
comment on column tallyflow.patch_window.layer is 'What the stream counts for the version.';
comment on column tallyflow.patch_window.cells is 'In how many groups.';

-- What patches have taken the place of: kept for whoever asks, and for a rewind to before them.
create table tallyflow.patched_usage (
    run bigint not null references tallyflow.counting_run,
    cell uuid not null,
    window_start timestamptz not null,
    layer integer not null,
    shard integer not null,
    commit bigint not null,
    readings bigint not null,
    latest_at timestamptz,
    sum numeric,
    min numeric,
    max numeric,
    latest numeric,
    latest_source text collate "C",
    latest_id text collate "C",
    constraint patched_usage_key primary key (cell, window_start, shard, run)
);

create index patched_usage_run on tallyflow.patched_usage (run);

comment on table tallyflow.patched_usage is
    'Rows of usage of windows that had settled, until a patch counted these again.';

create table tallyflow.patched_adjustment (
    run bigint not null references tallyflow.counting_run,
    cell uuid not null,
    window_start timestamptz not null,
    layer integer not null,
    commit bigint not null,
    checkpoint bigint not null,
    committed_at timestamptz not null,
    readings bigint not null,
    latest_at timestamptz,
    reason text collate "C" not null,
    sum numeric,
    min numeric,
    max numeric,
    latest numeric,
    latest_source text collate "C",
    latest_id text collate "C",
    constraint patched_adjustment_key primary key (cell, window_start, commit, reason, run)
);

create index patched_adjustment_run on tallyflow.patched_adjustment (run);

create index patched_adjustment_time on tallyflow.patched_adjustment (layer, window_start);

comment on table tallyflow.patched_adjustment is
    'Adjustments that are part of a row of usage since a patch, and those that the patch made; consumers use the view tallyflow.adjustment.';

create table tallyflow.patched_value (
    run bigint not null references tallyflow.counting_run,
    cell uuid not null,
    window_start timestamptz not null,
    value_hash uuid not null,
    layer integer not null,
    commit bigint not null,
    value text collate "C" not null,
    constraint patched_value_key primary key (cell, window_start, value_hash, run)
);

create index patched_value_run on tallyflow.patched_value (run);

comment on table tallyflow.patched_value is
    'Distinct values of windows that had settled, until a patch counted these again.';

-- What was sent from files, or again from the lake. The events are in the stream, as all others.
create table tallyflow.event_import (
    import bigint generated always as identity primary key,
    source text collate "C" not null,
    events bigint not null,
    rejected bigint not null,
    known bigint not null default 0,
    sent bigint not null default 0,
    requested_by text collate "C" not null default session_user,
    requested_at timestamptz not null default now(),
    ended_at timestamptz,
    constraint event_import_counts_not_negative
        check (least(events, rejected, known, sent) >= 0),
    constraint event_import_sends_what_it_has check (known + sent <= events)
);

comment on table tallyflow.event_import is
    'What imports have sent; consumers use tallyflow.import.';
comment on column tallyflow.event_import.ended_at is
    'When all was sent; null while it is not, and of an import that was ended before.';

-- What came of holding results against events.
create table tallyflow.reconciliation (
    reconciliation bigint generated always as identity primary key,
    meter text collate "C" references tallyflow.meter_definition,
    "from" timestamptz,
    "to" timestamptz,
    commit bigint not null,
    accepted bigint not null,
    in_lake bigint not null,
    compared bigint not null,
    left_out bigint not null,
    different bigint not null,
    repaired bigint not null,
    lake_compared bigint not null,
    lake_different bigint not null,
    recorded_by text collate "C" not null default session_user,
    recorded_at timestamptz not null default now(),
    constraint reconciliation_of_some_time check ("from" < "to"),
    constraint reconciliation_counts_not_negative check (least(commit, accepted, in_lake,
        compared, left_out, different, repaired, lake_compared, lake_different) >= 0),
    constraint reconciliation_differs_in_what_it_compared check (
        different <= compared and repaired <= different and lake_different <= lake_compared)
);

create index reconciliation_differs on tallyflow.reconciliation (reconciliation)
    where different > repaired or lake_different > 0;

comment on table tallyflow.reconciliation is
    'Every time results were held against the events in the lake, and what came of it.';
comment on column tallyflow.reconciliation.reconciliation is 'Number of it.';
comment on column tallyflow.reconciliation.meter is 'Slug of the only meter that was compared; null for all.';
comment on column tallyflow.reconciliation."from" is
    'Windows that begin then or later were compared; null for no bound.';
comment on column tallyflow.reconciliation."to" is
    'Windows that begin before were compared; null for no bound.';
comment on column tallyflow.reconciliation.commit is 'Number of the commit that the lake stood for.';
comment on column tallyflow.reconciliation.accepted is 'How many events had been accepted by then.';
comment on column tallyflow.reconciliation.in_lake is 'How many of them the lake held.';
comment on column tallyflow.reconciliation.compared is
    'Windows of a subject that were compared, once for each version of a meter.';
comment on column tallyflow.reconciliation.left_out is
    'Windows that had not settled, or only later than the lake stood.';
comment on column tallyflow.reconciliation.different is
    'Of those compared, the ones that were not what their events come to.';
comment on column tallyflow.reconciliation.repaired is 'Of the different ones, those that were counted again.';
comment on column tallyflow.reconciliation.lake_compared is 'Windows of the lake''s usage that were compared.';
comment on column tallyflow.reconciliation.lake_different is 'Of these, the ones that were different.';
comment on column tallyflow.reconciliation.recorded_by is 'User of the database who compared.';
comment on column tallyflow.reconciliation.recorded_at is 'When that was done.';

-- Everything that rows of one subject and group have in common, said once.
create table tallyflow.cell (
    cell uuid primary key,
    layer integer not null,
    subject text collate "C" not null,
    group_by jsonb not null,
    constraint cell_group_is_object check (jsonb_typeof(group_by) = 'object')
);

-- With the cell, so that all subjects of a layer are found without a look at the table.
create index cell_subject on tallyflow.cell (layer, subject) include (cell);

comment on table tallyflow.cell is
    'Layer, subject and group of rows. Never changed and never deleted: what names a cell may come back with another commit.';
comment on column tallyflow.cell.cell is
    'First 128 bits of the SHA-256 of layer name, subject and canonical group, each with its length before it; see tallyflow.cell_of.';

create table tallyflow.usage_row (
    cell uuid not null,
    window_start timestamptz not null,
    layer integer not null,
    shard integer not null,
    commit bigint not null,
    readings bigint not null,
    latest_at timestamptz,
    settled boolean not null,
    sum numeric,
    min numeric,
    max numeric,
    latest numeric,
    latest_source text collate "C",
    latest_id text collate "C",
    -- A month of one cell is one range of this index ...
    constraint usage_row_key primary key (cell, window_start, shard),
    constraint usage_row_shard_not_negative check (shard >= 0),
    constraint usage_row_readings_not_negative check (readings >= 0),
    constraint usage_row_sum_is_finite check (sum > '-Infinity' and sum < 'Infinity'),
    constraint usage_row_min_is_finite check (min > '-Infinity' and min < 'Infinity'),
    constraint usage_row_max_is_finite check (max > '-Infinity' and max < 'Infinity'),
    constraint usage_row_latest_is_finite check (latest > '-Infinity' and latest < 'Infinity'),
    constraint usage_row_latest_has_time check ((latest is null) = (latest_at is null))
) partition by range (window_start);

-- ... and a day of all subjects is one range of this one. Neither holds a column that changes, so
-- updates of a row stay within its page.
create index usage_row_time on tallyflow.usage_row (layer, window_start);

comment on table tallyflow.usage_row is
    'One cell and window as a mergeable partial; consumers use the view tallyflow.usage.';
comment on column tallyflow.usage_row.shard is
    'Which share of the subject''s events this row is of; 0 where subjects are not split. Of a run 1,000,000 and its number.';
comment on column tallyflow.usage_row.settled is
    'The stream writes over it no more. False of a run, which knows nothing of the stream''s time: see settled_until in tallyflow.ledger.';

create table tallyflow.adjustment_row (
    cell uuid not null,
    window_start timestamptz not null,
    layer integer not null,
    commit bigint not null,
    checkpoint bigint not null,
    committed_at timestamptz not null,
    readings bigint not null,
    latest_at timestamptz,
    reason text collate "C" not null,
    sum numeric,
    min numeric,
    max numeric,
    latest numeric,
    latest_source text collate "C",
    latest_id text collate "C",
    constraint adjustment_row_key primary key (cell, window_start, commit, reason),
    constraint adjustment_row_reason_is_known check (reason in ('late', 'backfill', 'void')),
    constraint adjustment_row_sum_is_finite check (sum > '-Infinity' and sum < 'Infinity'),
    constraint adjustment_row_min_is_finite check (min > '-Infinity' and min < 'Infinity'),
    constraint adjustment_row_max_is_finite check (max > '-Infinity' and max < 'Infinity'),
    constraint adjustment_row_latest_is_finite check (latest > '-Infinity' and latest < 'Infinity'),
    constraint adjustment_row_latest_has_time check ((latest is null) = (latest_at is null))
) partition by range (window_start);

create index adjustment_row_time on tallyflow.adjustment_row (layer, window_start);
-- Late readings may be of any window: a rewind finds theirs by this.
create index adjustment_row_commit on tallyflow.adjustment_row (commit);

comment on table tallyflow.adjustment_row is
    'What changed a window after it had settled: one row per cell, window, commit and reason; consumers use the view tallyflow.adjustment.';

create table tallyflow.distinct_value (
    cell uuid not null,
    window_start timestamptz not null,
    value_hash uuid not null,
    layer integer not null,
    commit bigint not null,
    value text collate "C" not null,
    constraint distinct_value_key primary key (cell, window_start, value_hash)
) partition by range (window_start);

create index distinct_value_time on tallyflow.distinct_value (layer, window_start);
create index distinct_value_commit on tallyflow.distinct_value (commit);

comment on table tallyflow.distinct_value is
    'The distinct values of UNIQUE_COUNT meters, each with the commit that first brought it.';
comment on column tallyflow.distinct_value.value_hash is
    'First 128 bits of the SHA-256 of the value''s text.';

create table tallyflow.ledger (
    pipeline text collate "C" primary key,
    epoch bigint not null default 0,
    commit bigint not null default 0,
    token bigint not null default 0,
    checkpoint bigint not null default 0,
    committed_at timestamptz,
    watermark timestamptz,
    settled_until timestamptz,
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
    newest_event timestamptz,
    definitions bigint not null default 0,
    shards integer not null default 1,
    constraint ledger_shards_positive check (shards > 0),
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
comment on column tallyflow.ledger.settled_until is
    'Windows that end here or before have settled; null if none have.';
comment on column tallyflow.ledger.offsets is 'Next Kafka offset to be read, by partition.';
comment on column tallyflow.ledger.newest_event is
    'Greatest event time of an accepted event; null before the first.';
comment on column tallyflow.ledger.definitions is
    'Number of the newest request for meters that everything is counted by; see tallyflow.meter_request.';
comment on column tallyflow.ledger.shards is
    'How many shards each subject''s events are split into; fixed by the first start.';

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
    settled_until timestamptz,
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
    newest_event timestamptz,
    definitions bigint not null default 0,
    usage_from timestamptz,
    usage_until timestamptz,
    abandoned_in_epoch bigint,
    constraint ledger_history_key primary key (pipeline, epoch, commit),
    constraint ledger_history_name unique (pipeline, token, checkpoint),
    constraint ledger_history_conserves_records
        check (consumed = metered + unmatched + duplicate + conflict + stale + rejected),
    constraint ledger_history_usage_is_a_range check (usage_from <= usage_until),
    constraint ledger_history_abandoned_later check (abandoned_in_epoch > epoch)
);

comment on table tallyflow.ledger_history is
    'The whole ledger as of every commit, so that a rewind can put it back.';
comment on column tallyflow.ledger_history.abandoned_in_epoch is
    'Epoch of the rewind that took this commit back; null while it counts as applied.';
comment on column tallyflow.ledger_history.usage_from is
    'Start of the earliest window whose usage row this commit wrote; null if it wrote none.';
comment on column tallyflow.ledger_history.usage_until is 'Start of the latest such window.';

-- Which commits came after another one, asked by a rewind and of everybody who deletes.
create index ledger_history_commit on tallyflow.ledger_history (commit);

-- What is left of commits that a rewind took back long ago: enough to know their names again.
create table tallyflow.abandoned_commit (
    pipeline text collate "C" not null,
    token bigint not null,
    checkpoint bigint not null,
    epoch bigint not null,
    commit bigint not null,
    abandoned_in_epoch bigint not null,
    constraint abandoned_commit_key primary key (pipeline, token, checkpoint)
);

comment on table tallyflow.abandoned_commit is
    'Names of commits that a rewind took back and that have left the history.';

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

-- Savepoints that were taken, so that each can be found again by what the results were at it.
--
-- A savepoint that a job takes on its way carries a commit that is not made yet: it is made with the
-- job's next checkpoint, or by the job that starts from the savepoint. So its place is not written here
-- but looked up in the history, by the name that the savepoint itself holds. Numbers alone would not
-- do, because a job that starts from an older state uses them again. Where the savepoint's files could
-- not be read, it is the first commit with its checkpoint number after the ledger's position when it
-- was begun.

create table tallyflow.savepoint (
    path text collate "C" primary key,
    pipeline text collate "C" not null,
    token bigint,
    checkpoint bigint not null,
    after_epoch bigint not null,
    after_commit bigint not null,
    job text collate "C" not null,
    format text collate "C" not null,
    stopped boolean not null,
    taken_at timestamptz not null default now(),
    taken_by text collate "C" not null,
    constraint savepoint_format_is_known check (format in ('CANONICAL', 'NATIVE'))
);

comment on table tallyflow.savepoint is
    'Savepoints that were taken with tallyflow savepoint; that their files are still there is not known here.';
comment on column tallyflow.savepoint.path is 'Where it is, as Flink names it.';
comment on column tallyflow.savepoint.token is
    'Name of the start whose commit it stands for; null if its files could not be read when it was taken.';
comment on column tallyflow.savepoint.checkpoint is 'Its number, from the same count as those of checkpoints.';
comment on column tallyflow.savepoint.after_epoch is 'Epoch of the ledger when it was begun.';
comment on column tallyflow.savepoint.after_commit is 'Commit of the ledger when it was begun.';
comment on column tallyflow.savepoint.stopped is 'The job ended with it.';
comment on column tallyflow.savepoint.taken_by is 'Name of the user on the machine where the command ran.';

-- Marks from which on a meter's usage can be asked for; see tallyflow.usage_since_reset.
create table tallyflow.reset (
    id text collate "C" primary key,
    meter text collate "C" not null references tallyflow.meter_definition,
    subject text collate "C",
    at timestamptz not null,
    requested timestamptz not null,
    reason text collate "C",
    savepoint text collate "C" not null references tallyflow.savepoint,
    recorded_at timestamptz not null default now(),
    recorded_by text collate "C" not null,
    undone_at timestamptz,
    undone_by text collate "C",
    undo_reason text collate "C",
    constraint reset_id_is_short check (octet_length(id) between 1 and 256),
    constraint reset_subject_is_short check (octet_length(subject) between 1 and 256),
    -- Every window of a coarser grain begins with a minute too.
    constraint reset_begins_a_window
        check (isfinite(at) and at = date_bin('1 minute', at, '0001-01-01 00:00:00+00')),
    constraint reset_holds_the_requested_time
        check (at <= requested and requested - at < interval '24 hours'),
    constraint reset_undone_by_somebody
        check ((undone_at is null) = (undone_by is null)
            and (undo_reason is null or undone_at is not null))
);

create index reset_mark on tallyflow.reset (meter, subject, at);

comment on table tallyflow.reset is
    'Marks at window boundaries from which on usage can be asked for; totals are as they would be without.';
comment on column tallyflow.reset.id is 'Name of the reset; a command that is repeated with it does nothing.';
comment on column tallyflow.reset.meter is 'Slug of the meter.';
comment on column tallyflow.reset.subject is 'Who is reset; null for all subjects.';
comment on column tallyflow.reset.at is 'Start of the first window that counts: the one that holds the requested time.';
comment on column tallyflow.reset.requested is 'The time that was asked for.';
comment on column tallyflow.reset.reason is 'Why, for people; null if nobody said.';
comment on column tallyflow.reset.savepoint is 'Path of the savepoint that was taken before, as in tallyflow.savepoint.';
comment on column tallyflow.reset.recorded_at is 'When it was put on record.';
comment on column tallyflow.reset.recorded_by is 'Who did it.';
comment on column tallyflow.reset.undone_at is 'When it was undone; null while it is in force.';
comment on column tallyflow.reset.undone_by is 'Who undid it.';
comment on column tallyflow.reset.undo_reason is 'Why, for people.';

create type tallyflow.latest_reading as (
    latest numeric,
    latest_at timestamptz,
    latest_source text collate "C",
    latest_id text collate "C"
);

comment on type tallyflow.latest_reading is
    'The latest value of a set of readings, and when and where it came from.';

create type tallyflow.query_row as (
    window_start timestamptz,
    window_end timestamptz,
    subject text collate "C",
    group_by jsonb,
    value numeric
);

comment on type tallyflow.query_row is
    'A row of tallyflow.query: what one window, subject and group come to.';
