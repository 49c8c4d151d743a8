-- A history of every second would be 15 GB after a year. What is asked of it gets coarser with age: whether
-- a commit was made is asked of the last days only, where it stood of those that a savepoint names, and
-- what became of it of those that a rewind took back.

create or replace function tallyflow.thin_history(keep interval default '7 days')
returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
as $$
declare
    gone bigint;
    moved bigint;
begin
    if keep is null or keep < interval '7 days' then
        raise invalid_parameter_value using message = format(
            'keep: %s is less than 7 days, which a job may stand still and then go on', keep);
    end if;
    -- Counted from the last commit, not from now: what a job needs that stands still does not age.
    with
    -- A savepoint may hold commits that were still to be made: those since it was begun, up to its own.
    held as (
        select s.pipeline, s.path, s.after_commit as after, max(h.commit) as until
        from tallyflow.savepoint s
        join tallyflow.ledger_history h on h.pipeline = s.pipeline and h.checkpoint = s.checkpoint
            and h.token = coalesce(s.token, h.token)
        where h.abandoned_in_epoch is null
        group by s.pipeline, s.path, s.after_commit
    ),
    old as (
        select
            h.pipeline, h.commit, h.usage_from, h.usage_until,
            exists (
                select from tallyflow.savepoint s
                where s.pipeline = h.pipeline and s.checkpoint = h.checkpoint)
            or exists (
                select from held
                where held.pipeline = h.pipeline
                  and h.commit > held.after and h.commit <= held.until) as named,
            -- Of each start: a later commit of a start says that its earlier ones were made.
            max(h.commit) over (
                partition by h.pipeline, h.token, date_trunc('hour', h.committed_at)) as last
        from tallyflow.ledger_history h
        join tallyflow.ledger l on l.pipeline = h.pipeline
        where h.committed_at < l.committed_at - keep and h.abandoned_in_epoch is null
    ),
    -- The last of an hour stands for all of it: a rewind has to know which windows they wrote.
    merged as (
        select pipeline, last, min(usage_from) as usage_from, max(usage_until) as usage_until
        from old group by pipeline, last
    ),
    kept as (
        update tallyflow.ledger_history h
        set usage_from = m.usage_from, usage_until = m.usage_until
        from merged m
        where h.pipeline = m.pipeline and h.commit = m.last and h.abandoned_in_epoch is null
          and (h.usage_from, h.usage_until) is distinct from (m.usage_from, m.usage_until)
    ),
    thinned as (
        delete from tallyflow.ledger_history h
        using old o
        where h.pipeline = o.pipeline and h.commit = o.commit and h.abandoned_in_epoch is null
          and o.commit <> o.last and not o.named
        returning 1
    )
    select count(*) into gone from thinned;

    with taken as (
        delete from tallyflow.ledger_history h
        using tallyflow.ledger l
        where l.pipeline = h.pipeline and h.committed_at < l.committed_at - keep
          and h.abandoned_in_epoch is not null
          and not exists (
              select from tallyflow.savepoint s
              where s.pipeline = h.pipeline and s.checkpoint = h.checkpoint)
        returning h.pipeline, h.token, h.checkpoint, h.epoch, h.commit, h.abandoned_in_epoch
    )
    insert into tallyflow.abandoned_commit
        (pipeline, token, checkpoint, epoch, commit, abandoned_in_epoch)
    select pipeline, token, checkpoint, epoch, commit, abandoned_in_epoch from taken;
    get diagnostics moved = row_count;
    return gone + moved;
end
$$;

comment on function tallyflow.thin_history(interval) is
    'Thins the ledger''s history out: keeps all of the time before the last commit that is given, beyond it one commit an hour of each start and those that a savepoint names or holds, and of those that a rewind took back their names. Returns how many rows have left it. For the owner of the tables; call it once a day.';

revoke all on function tallyflow.thin_history(interval) from public;
