package io.tallyflow.operations.reconcile;

import io.tallyflow.operations.counting.CountingListener;
import java.time.LocalDate;

/** Hears how far it is, and what differs. */
public interface ReconcileListener extends CountingListener {

    /** So many days are compared. */
    default void begins(int days) {}

    /** Found a difference. */
    default void differs(Difference difference) {}

    /**
     * A day is done.
     *
     * @param day UTC
     * @param windows that were compared with Postgres
     */
    default void done(LocalDate day, long windows) {}
}
