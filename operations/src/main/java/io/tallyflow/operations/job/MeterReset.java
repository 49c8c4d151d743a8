package io.tallyflow.operations.job;

import io.tallyflow.results.PostgresAddress;
import io.tallyflow.results.PostgresTrouble;
import io.tallyflow.results.RequestFailedException;
import io.tallyflow.results.RequestInput;
import io.tallyflow.results.RequestRefusedException;
import io.tallyflow.results.RequestText;
import io.tallyflow.results.reset.Reset;
import io.tallyflow.results.reset.ResetRequest;
import io.tallyflow.results.reset.ResetTable;
import io.tallyflow.results.savepoint.Savepoint;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Resets meters, each reset once however often it is asked for. */
public final class MeterReset {

    private final PostgresAddress postgres;
    private final StepListener progress;

    /** Nothing is asked yet. */
    public MeterReset(PostgresAddress postgres, StepListener progress) {
        this.postgres = postgres;
        this.progress = progress;
    }

    /**
     * What a request has come to.
     *
     * @param isNew whether this request made it; otherwise it was on record
     */
    public record Done(Reset reset, boolean isNew) {}

    /**
     * Takes a savepoint, then sets the mark; does neither if the reset is on record.
     *
     * @param now what it begins with if the request names no time
     * @param taker takes the savepoint; asked for only if one is needed
     * @param savepoint how it is taken
     * @throws RequestRefusedException if there is no such meter, or another reset has the id
     * @throws RequestFailedException if it cannot be put on record, or was undone
     */
    public Done reset(
            ResetRequest request,
            Instant now,
            Supplier<SavepointTaker> taker,
            SavepointRequest savepoint) {
        Reset known = find(request);
        if (known != null) {
            return new Done(known, false);
        }
        SavepointTaker needed = taker.get();
        // Told first, so that the request can be repeated whatever becomes of this one.
        progress.done("reset", request.id());
        return new Done(record(request, now, needed.take(savepoint)), true);
    }

    /**
     * Takes a reset back.
     *
     * @param reason null if nobody said
     * @throws RequestRefusedException if it is not on record
     */
    public Reset undo(String id, String by, @Nullable String reason) {
        try (Connection to = postgres.connect()) {
            Reset reset = new ResetTable(to).undo(id, by, reason);
            if (reset == null) {
                throw new RequestRefusedException(
                        RequestText.of(
                                RequestInput.UNDONE_RESET,
                                " " + id + " is no reset on record: tallyflow resets lists them"));
            }
            return reset;
        } catch (SQLException e) {
            throw PostgresTrouble.failure(postgres, e);
        }
    }

    private @Nullable Reset find(ResetRequest request) {
        try (Connection to = postgres.connect()) {
            ResetTable table = new ResetTable(to);
            if (!table.knows(request.meter())) {
                throw new RequestRefusedException(
                        "there is no meter "
                                + request.meter()
                                + ": tallyflow meters list shows those there are");
            }
            Reset known = table.find(request.id());
            return known == null ? null : requireMet(request, known);
        } catch (SQLException e) {
            throw PostgresTrouble.failure(postgres, e);
        }
    }

    private Reset record(ResetRequest request, Instant now, Savepoint taken) {
        try (Connection to = postgres.connect()) {
            return requireMet(request, new ResetTable(to).add(request, now, taken.path()));
        } catch (SQLException e) {
            throw new RequestFailedException(
                    RequestText.of(
                            "the savepoint was taken, but the reset is not on record; repeat the"
                                    + " request with ",
                            RequestInput.RESET_ID,
                            " " + request.id() + ": ",
                            PostgresTrouble.failure(postgres, e).text()),
                    e);
        }
    }

    /** An id means one reset, once and for all. */
    private static Reset requireMet(ResetRequest request, Reset known) {
        if (!request.isMetBy(known)) {
            throw new RequestRefusedException(
                    RequestText.of(
                            RequestInput.RESET_ID,
                            " " + request.id() + " is on record for another reset, ",
                            known.what() + ": give another id"));
        } else if (known.undone() != null) {
            throw new RequestFailedException(
                    RequestText.of(
                            "reset " + request.id() + " was undone, " + known.undone().shown(),
                            ": to reset again give another ",
                            RequestInput.RESET_ID));
        }
        return known;
    }
}
