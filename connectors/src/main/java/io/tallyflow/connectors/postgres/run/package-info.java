/** Runs in Postgres: what is counted from the lake beside the stream, and how far that is. */
@NullMarked
package io.tallyflow.connectors.postgres.run;

import org.jspecify.annotations.NullMarked;
