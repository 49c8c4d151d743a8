/** A lake full of events that a new meter has not counted. */
@NullMarked
package io.tallyflow.benchmarks.backfill;

import org.jspecify.annotations.NullMarked;
