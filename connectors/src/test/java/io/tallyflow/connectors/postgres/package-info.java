/** A real Postgres for tests. */
@NullMarked
package io.tallyflow.connectors.postgres;

import org.jspecify.annotations.NullMarked;
