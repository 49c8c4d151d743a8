package io.tallyflow.connectors.postgres.run;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * What counting the past has left open, for somebody to see to.
 *
 * @param runAgeMillis since the oldest run was asked for that is not done, milliseconds of the
 *     server's clock; 0 if there is none
 * @param brokenRuns runs that nobody goes on with, that were given up or that a rewind has undone,
 *     while what they were to count is not counted by another
 * @param voidWaitMillis milliseconds of the stream's time since a void could have been applied at
 *     the latest, of the one that has waited longest: its event is known, and the event's day is
 *     over; 0 if none waits
 * @param voidLookMillis between the commit of the last look for voids and the last one,
 *     milliseconds, if events were accepted between; -1 if nobody has ever looked
 * @param differentWindows that were not what their events come to when they were last compared, and
 *     were not repaired
 */
public record OpenWork(
        long runAgeMillis,
        long brokenRuns,
        long voidWaitMillis,
        long voidLookMillis,
        long differentWindows) {

    private static final String READ =
            """
            select (
                select coalesce(
                    floor(extract(epoch from clock_timestamp() - min(c.requested_at)) * 1000), 0)
                from tallyflow.counting_run c
                where c.state = 'running' and c.kind in ('backfill', 'redefine')
            ) as run_age, (
                select count(*)
                from tallyflow.counting_run c
                join tallyflow.layer l on l.layer = c.layer
                join tallyflow.layer s on s.layer = l.cells_of
                where c.state <> 'shown' and c.kind in ('backfill', 'redefine')
                  and not (c.state = 'running' and (
                    -- The lock of whoever runs, as RunTable takes it.
                    select exists (
                        select from pg_locks k
                        where k.locktype = 'advisory' and k.objsubid = 1 and k.granted
                          and k.database =
                            (select d.oid from pg_database d where d.datname = current_database())
                          and (k.classid::bigint << 32) | k.objid::bigint =
                            hashtextextended('tallyflow.counting_run', 0))))
                  and not exists (
                    select from tallyflow.meter_request w
                    where w.kind = 'withdraw' and w.slug = l.slug and w.version = l.version)
                  and not tstzrange(c.counts_from, c.counts_to)
                        * tstzrange(s.counts_from, s.counts_to)
                    <@ (
                        select coalesce(range_agg(tstzrange(n.counts_from, n.counts_to)), '{}')
                        from tallyflow.counting_run n
                        join tallyflow.layer m on m.layer = n.layer
                        where m.cells_of = l.cells_of and n.run > c.run
                          and n.state in ('running', 'shown'))
            ) as broken, (
                select coalesce(floor(max(extract(epoch from t.watermark - greatest(
                    date_trunc('day', v.event_at, 'UTC') + interval '24 hours', v.looked_at)))
                    * 1000), 0)
                from (select max(watermark) as watermark from tallyflow.ledger) t
                join tallyflow.void_event v
                    on v.state = 'pending'
                    and v.event_at < date_trunc('day', t.watermark, 'UTC')
                    and coalesce(v.looked_at, '-infinity') < t.watermark
            ) as void_wait, (
                select coalesce(max(case
                    when l.accepted > k.accepted
                    then floor(extract(epoch from l.committed_at - k.committed_at) * 1000)
                    else 0 end), -1)
                from tallyflow.void_look k
                cross join (
                    select sum(metered + unmatched) as accepted, max(committed_at) as committed_at
                    from tallyflow.ledger) l
            ) as void_look, (
                select coalesce(sum(r.different - r.repaired + r.lake_different), 0)
                from tallyflow.reconciliation r
                where (r.different > r.repaired or r.lake_different > 0)
                  and not exists (
                    select from tallyflow.reconciliation n
                    where n.reconciliation > r.reconciliation
                      and (n.meter is null or n.meter = r.meter)
                      and tstzrange(n."from", n."to") @> tstzrange(r."from", r."to"))
            ) as different
            """;

    /** Reads it, within the transaction of the connection. */
    public static OpenWork read(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(READ);
                ResultSet row = statement.executeQuery()) {
            row.next();
            return new OpenWork(
                    row.getLong("run_age"),
                    row.getLong("broken"),
                    row.getLong("void_wait"),
                    row.getLong("void_look"),
                    row.getLong("different"));
        }
    }
}
