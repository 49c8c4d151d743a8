package io.tallyflow.operations.job;

/** Hears, step by step, what an operation has done. */
@FunctionalInterface
public interface StepListener {

    /**
     * A step was done.
     *
     * @param what in one word
     * @param outcome a name, a place or a few words; one line
     */
    void done(String what, String outcome);
}
