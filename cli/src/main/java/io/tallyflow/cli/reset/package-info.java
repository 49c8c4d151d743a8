/** Resets of meters, as they are on record in Postgres. */
@NullMarked
package io.tallyflow.cli.reset;

import org.jspecify.annotations.NullMarked;
