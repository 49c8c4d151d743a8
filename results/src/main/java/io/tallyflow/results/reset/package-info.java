/** Resets of meters, as they are on record in Postgres. */
@NullMarked
package io.tallyflow.results.reset;

import org.jspecify.annotations.NullMarked;
