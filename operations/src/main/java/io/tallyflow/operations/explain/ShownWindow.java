package io.tallyflow.operations.explain;

import io.tallyflow.connectors.postgres.patch.CountedVersion;
import io.tallyflow.connectors.postgres.patch.CountedVersions;
import io.tallyflow.operations.counting.Snapshot;
import io.tallyflow.results.Question;
import io.tallyflow.results.RequestRefusedException;
import io.tallyflow.results.query.GroupJson;
import io.tallyflow.results.voids.VoidedEvents;
import io.tallyflow.schemas.meter.GroupText;
import io.tallyflow.schemas.meter.WindowSize;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What Postgres says of a window at one moment.
 *
 * @param moment which
 * @param version that owns the window
 * @param cells by group; of a window with more groups than are told apart one, the group of all
 *     others, for the window as a whole: which groups have cells of their own follows the order in
 *     which events came, and is not the same for the stream and for runs
 * @param changes since it settled
 * @param runs that have counted of it
 * @param voided events that do not count
 */
record ShownWindow(
        Moment moment,
        CountedVersion version,
        Instant start,
        Instant end,
        List<Cell> cells,
        List<ExplainedChange> changes,
        List<ExplainedRun> runs,
        VoidedEvents voided) {

    private static final Question<Moment> MOMENT =
            new Question<>(
                    """
                    select coalesce(max(l.epoch), 0), coalesce(max(l.commit), 0),
                        coalesce(max(l.checkpoint), 0), coalesce(sum(l.metered + l.unmatched), 0)
                    from tallyflow.ledger l
                    """,
                    row ->
                            new Moment(
                                    row.getLong(1),
                                    row.getLong(2),
                                    row.getLong(3),
                                    row.getLong(4)));

    private static final Question<Cell> CELLS =
            new Question<>(
                    """
                    select u.group_by, u.value, u.readings, u.settled from tallyflow.usage u
                    where u.meter = ? and u.subject = ? and u.window_start = ?
                    """,
                    row ->
                            new Cell(
                                    GroupText.of(GroupJson.parse(row.getString(1))),
                                    row.getBigDecimal(2),
                                    row.getLong(3),
                                    row.getBoolean(4)));

    private static final Question<BigDecimal> TOTAL =
            new Question<>(
                    """
                    select q.value from tallyflow.query(
                        ?, "from" => ?, "to" => ?, subjects => array[?::text]) q
                    """,
                    row -> row.getBigDecimal(1));

    private static final Question<ExplainedChange> CHANGES =
            new Question<>(
                    """
                    select a.reason, sum(a.readings), sum(a.sum), min(a.commit), max(a.commit)
                    from tallyflow.adjustment a
                    where a.meter = ? and a.subject = ? and a.window_start = ?
                    group by a.reason order by min(a.commit), a.reason
                    """,
                    row ->
                            new ExplainedChange(
                                    row.getString(1),
                                    row.getLong(2),
                                    row.getBigDecimal(3),
                                    row.getLong(4),
                                    row.getLong(5)));

    private static final Question<ExplainedRun> RUNS =
            new Question<>(
                    """
                    select c.run, c.kind, c.requested_by, c.reason, c.shown_in_commit
                    from tallyflow.counting_run c
                    where c.state = 'shown' and (
                        c.run in (
                            select w.run from tallyflow.patch_window w
                            where w.layer = ? and w.subject = ? and w.window_start = ?)
                        or c.layer in (
                            select l.layer from tallyflow.layer l
                            where l.cells_of = ? and l.kind = 'run')
                            and (c.counts_from <= ?) is not false
                            and (c.counts_to > ?) is not false)
                    order by c.run
                    """,
                    row ->
                            new ExplainedRun(
                                    row.getLong(1),
                                    row.getString(2),
                                    row.getString(3),
                                    row.getString(4),
                                    row.getLong(5)));

    /**
     * As of when.
     *
     * @param epoch of the ledger
     * @param commit of the ledger
     * @param checkpoint of that commit: what was accepted by it or before counts
     * @param accepted how many events had been accepted
     */
    record Moment(long epoch, long commit, long checkpoint, long accepted) {}

    /** The group that all events count in, of a window that is told as a whole; else null. */
    @Nullable String whole() {
        return cells.size() == 1 && GroupText.isOther(cells.get(0).group())
                ? cells.get(0).group()
                : null;
    }

    /** A group. */
    record Cell(String group, @Nullable BigDecimal value, long readings, boolean settled) {}

    /**
     * Reads it.
     *
     * @param connection that does not commit by itself
     * @param at any time within the window
     * @throws RequestRefusedException if there is no such meter, or none of its versions counts
     *     that time
     */
    static ShownWindow read(Connection connection, String slug, String subject, Instant at)
            throws SQLException {
        Snapshot.begin(connection);
        CountedVersion version = owner(connection, slug, at);
        WindowSize size = version.version().meter().windowSize();
        Instant start = Instant.ofEpochMilli(size.startOf(at.toEpochMilli()));
        Instant end = start.plusMillis(size.millis());
        OffsetDateTime first = start.atOffset(ZoneOffset.UTC);
        List<Cell> cells = CELLS.all(connection, slug, subject, first);
        if (cells.stream().anyMatch(cell -> GroupText.isOther(cell.group()))) {
            OffsetDateTime last = end.atOffset(ZoneOffset.UTC);
            cells = List.of(whole(cells, TOTAL.one(connection, slug, first, last, subject)));
        }
        ShownWindow window =
                new ShownWindow(
                        MOMENT.one(connection),
                        version,
                        start,
                        end,
                        cells,
                        CHANGES.all(connection, slug, subject, first),
                        RUNS.all(
                                connection,
                                version.layer(),
                                subject,
                                first,
                                version.layer(),
                                first,
                                first),
                        VoidedEvents.read(
                                connection,
                                Set.of(version.version().meter().eventType()),
                                start,
                                end));
        connection.rollback();
        return window;
    }

    private static Cell whole(List<Cell> cells, BigDecimal value) {
        return new Cell(
                GroupText.other(cells.get(0).group()),
                value,
                cells.stream().mapToLong(Cell::readings).sum(),
                cells.stream().allMatch(Cell::settled));
    }

    private static CountedVersion owner(Connection connection, String slug, Instant at)
            throws SQLException {
        List<CountedVersion> versions =
                CountedVersions.of(connection, CountedVersions.types(connection, slug)).stream()
                        .filter(CountedVersion::shown)
                        .filter(one -> one.version().meter().slug().equals(slug))
                        .toList();
        if (versions.isEmpty()) {
            throw new RequestRefusedException(
                    "there is no meter "
                            + slug
                            + " that totals show: tallyflow meters list shows those there are");
        }
        return versions.stream()
                .filter(one -> one.version().owns(at.toEpochMilli()))
                .findFirst()
                .orElseThrow(
                        () ->
                                new RequestRefusedException(
                                        "no version of "
                                                + slug
                                                + " counts "
                                                + at
                                                + ": tallyflow meters history says which counts"
                                                + " what"));
    }
}
