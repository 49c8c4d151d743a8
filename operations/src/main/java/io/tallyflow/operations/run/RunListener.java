package io.tallyflow.operations.run;

import io.tallyflow.operations.counting.CountingListener;
import java.time.LocalDate;

/** Hears how far a run is. */
public interface RunListener extends CountingListener {

    /**
     * A run begins, or goes on.
     *
     * @param run its number; 0 if nothing is written
     * @param days that are left to be counted
     */
    default void begins(long run, int days) {}

    /**
     * A day is counted for good.
     *
     * @param day UTC
     * @param events that counted, of this day
     * @param windows rows that there are now, of this day
     */
    default void done(LocalDate day, long events, long windows) {}

    /**
     * Time was asked for of which the lake holds nothing.
     *
     * @param first day, UTC, of which it does
     */
    default void beginsBeforeTheLake(LocalDate first) {}

    /** The lake does not hold yet what is to be counted. */
    default void waitsForLake() {}
}
