/** Savepoints, as they are on record in Postgres. */
@NullMarked
package io.tallyflow.results.savepoint;

import org.jspecify.annotations.NullMarked;
