package io.tallyflow.results.meters;

import io.tallyflow.connectors.postgres.schema.ChangedMeterException;
import io.tallyflow.connectors.postgres.schema.MeterChange;
import io.tallyflow.connectors.postgres.schema.MeterRequests;
import io.tallyflow.connectors.postgres.schema.SchemaException;
import io.tallyflow.results.PostgresAddress;
import io.tallyflow.results.PostgresTrouble;
import io.tallyflow.results.Question;
import io.tallyflow.results.RequestFailedException;
import io.tallyflow.results.RequestRefusedException;
import io.tallyflow.schemas.meter.Meter;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Orders of what is to be counted, while a job runs or not: a job that runs takes them up by
 * itself, another when it starts. None of them stops a job, or is taken up in part.
 *
 * <p>All of it throws a {@link RequestFailedException} if Postgres does not answer.
 */
public final class MeterOrders {

    private static final long PAUSE_MILLIS = 50;

    private static final Question<Long> COMMIT =
            new Question<>(
                    """
                    select max(commit) from tallyflow.ledger where definitions >= ?
                    having count(*) > 0
                    """,
                    row -> row.getLong(1));

    private static final Question<LackingVersion> LACKING =
            new Question<>(
                    """
                    select l.slug, l.version from tallyflow.layer l
                    where l.slug = any (?) and l.kind = 'stream' and not l.shown and l.counts_from = ?
                      and not exists (
                        select from tallyflow.layer n
                        where n.slug = l.slug and n.kind = 'stream' and n.version > l.version)
                      and not exists (
                        select from tallyflow.meter_request r
                        where r.slug = l.slug and r.version = l.version
                          and r.kind in ('end', 'withdraw'))
                    order by l.slug
                    """,
                    row -> new LackingVersion(row.getString(1), row.getInt(2)));

    private static final Question<String> NOT_WHOLE =
            new Question<>(
                    """
                    select slug from tallyflow.meter
                    where slug = any (?) and complete_from is not null
                    order by slug
                    """,
                    row -> row.getString(1));

    private final PostgresAddress postgres;

    public MeterOrders(PostgresAddress postgres) {
        this.postgres = postgres;
    }

    /** Within Postgres. */
    @FunctionalInterface
    private interface Order<T> {
        T to(DataSource database) throws SQLException;
    }

    private <T> T give(Order<T> order) {
        try {
            return order.to(postgres.dataSource());
        } catch (SQLException e) {
            throw PostgresTrouble.failure(postgres, e);
        } catch (SchemaException e) {
            throw new RequestFailedException(Objects.toString(e.getMessage(), e.toString()), e);
        } catch (ChangedMeterException | IllegalArgumentException e) {
            throw new RequestRefusedException(Objects.toString(e.getMessage(), e.toString()));
        }
    }

    /**
     * Lets meters be counted.
     *
     * @param prune whether all others are retired
     * @param from first event time that a new or changed definition counts, in the past or not;
     *     null for the next boundary
     * @return what comes of it, by meters in their order, then what is retired
     * @throws RequestRefusedException if the aggregation or window size of a meter is another than
     *     before: nothing is ordered then
     */
    public List<MeterChange> apply(List<Meter> meters, boolean prune, @Nullable Instant from) {
        return give(database -> MeterRequests.apply(database, meters, prune, from));
    }

    /** What would come of {@link #apply}, which it does not order. */
    public List<MeterChange> wouldApply(List<Meter> meters, boolean prune, @Nullable Instant from) {
        return give(database -> MeterRequests.wouldApply(database, meters, prune, from));
    }

    /**
     * Lets a meter be counted no longer.
     *
     * @param at from which event time on; null for the next boundary of its windows
     * @throws RequestRefusedException if there is none of that name, it is not counted, or the time
     *     lies within a window
     */
    public MeterChange retire(String slug, @Nullable Instant at) {
        Optional<MeterChange> change = give(database -> MeterRequests.retire(database, slug, at));
        return change.orElseThrow(
                () -> new RequestRefusedException("no meter " + slug + " is counted"));
    }

    /**
     * Takes a version back that totals do not show.
     *
     * @throws RequestRefusedException if it is not the newest one, or totals show it
     */
    public MeterChange withdraw(String slug, int version) {
        Optional<MeterChange> change =
                give(database -> MeterRequests.withdraw(database, slug, version));
        return change.orElseThrow(
                () ->
                        new RequestRefusedException(
                                "%s@%d cannot be taken back: only the newest version of a meter can,"
                                                .formatted(slug, version)
                                        + " as long as totals do not show it; what they show is"
                                        + " changed by another definition"));
    }

    /** Which meters a start with these would retire, by slug. */
    public List<String> endedBy(List<Meter> meters) {
        return give(database -> MeterRequests.endedBy(database, meters));
    }

    /**
     * Versions of meters, the newest of each, that count from a time on and that totals do not show
     * because they lack events.
     */
    public List<LackingVersion> lacking(List<Meter> meters, Instant from) {
        Object[] slugs = meters.stream().map(Meter::slug).toArray();
        return give(
                database -> {
                    try (Connection connection = database.getConnection()) {
                        return LACKING.all(
                                connection,
                                connection.createArrayOf("text", slugs),
                                from.atOffset(ZoneOffset.UTC));
                    }
                });
    }

    /** A version that totals do not show because it lacks events. */
    public record LackingVersion(String slug, int version) {}

    /** Those of some meters whose totals lack what came before them, by slug. */
    public List<String> notWhole(List<Meter> meters) {
        Object[] slugs = meters.stream().map(Meter::slug).toArray();
        return give(
                database -> {
                    try (Connection connection = database.getConnection()) {
                        return NOT_WHOLE.all(connection, connection.createArrayOf("text", slugs));
                    }
                });
    }

    /**
     * Waits for the first commit that all events are counted by.
     *
     * @param request of the newest change
     * @return number of a commit that counts by it; empty if there was none in time, which changes
     *     nothing: it counts as soon as a job commits
     */
    public Optional<Long> awaitCommit(long request, Duration patience) {
        long deadline = System.nanoTime() + patience.toNanos();
        try (Connection connection = postgres.connect()) {
            while (true) {
                List<Long> commit = COMMIT.all(connection, request);
                if (!commit.isEmpty() || System.nanoTime() - deadline > 0) {
                    return commit.stream().findFirst();
                }
                Thread.sleep(PAUSE_MILLIS);
            }
        } catch (SQLException e) {
            throw PostgresTrouble.failure(postgres, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }
}
