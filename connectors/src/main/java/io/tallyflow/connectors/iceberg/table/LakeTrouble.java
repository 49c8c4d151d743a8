package io.tallyflow.connectors.iceberg.table;

import java.io.FileNotFoundException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.apache.iceberg.exceptions.BadRequestException;
import org.apache.iceberg.exceptions.ForbiddenException;
import org.apache.iceberg.exceptions.NoSuchNamespaceException;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.exceptions.NotAuthorizedException;
import org.apache.iceberg.exceptions.NotFoundException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A stretch of time in which nothing can be put into the lake. Most of them end by themselves; an
 * answer that says no will be the same tomorrow, and somebody must be told. Written by one thread,
 * read by whoever asks for metrics.
 */
public final class LakeTrouble {

    private static final Logger LOG = LoggerFactory.getLogger(LakeTrouble.class);
    private static final Duration SAY_AGAIN = Duration.ofMinutes(10);

    private static final List<Class<? extends Exception>> REFUSALS =
            List.of(
                    NotAuthorizedException.class,
                    ForbiddenException.class,
                    BadRequestException.class,
                    NoSuchTableException.class,
                    NoSuchNamespaceException.class,
                    NotFoundException.class,
                    AccessDeniedException.class,
                    NoSuchFileException.class,
                    FileNotFoundException.class,
                    UnreadableDeletesException.class,
                    OutsideWarehouseException.class);

    /** SQLSTATEs: no such login, no such database, no right, no such table or schema. */
    private static final Set<String> REFUSED_BY_SQL =
            Set.of("28000", "28P01", "3D000", "42501", "42P01", "3F000");

    private final LongSupplier nanoTime;
    private volatile long sinceNanos;
    private volatile boolean lasting;
    private volatile long refusedSinceNanos;
    private volatile boolean refused;
    private long saidNanos;

    public LakeTrouble(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** An attempt failed, and another one will be made. */
    public void failed(Exception failure) {
        long now = nanoTime.getAsLong();
        boolean no = isRefusal(failure);
        if (!lasting) {
            sinceNanos = now;
            lasting = true;
            say(failure, no, now);
        } else if (no != refused || now - saidNanos > SAY_AGAIN.toNanos()) {
            say(failure, no, now);
        }
        if (no && !refused) {
            refusedSinceNanos = now;
        }
        refused = no;
    }

    private void say(Exception failure, boolean no, long now) {
        saidNanos = now;
        LOG.warn(
                no
                        ? "The lake refuses batches, and waiting will not help; trying again: {}"
                        : "Trouble with the lake, trying again: {}",
                failure,
                failure);
    }

    /** An attempt went well. */
    public void over() {
        if (lasting) {
            LOG.info("The lake answers again after {} ms", millis());
            lasting = false;
            refused = false;
        }
    }

    /** How long it lasts by now; 0 while all is well. */
    long millis() {
        return lasting ? since(sinceNanos) : 0;
    }

    /** How long the answer has been no; 0 while there is none, or another one. */
    long refusedMillis() {
        return refused ? since(refusedSinceNanos) : 0;
    }

    private long since(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(nanoTime.getAsLong() - nanos);
    }

    public static boolean isRefusal(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            Throwable each = cause;
            if (REFUSALS.stream().anyMatch(refusal -> refusal.isInstance(each))
                    || StoreAnswer.isRefusal(each)
                    || each instanceof SQLException sql
                            && REFUSED_BY_SQL.contains(String.valueOf(sql.getSQLState()))) {
                return true;
            }
        }
        return false;
    }
}
