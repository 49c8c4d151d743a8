/** Tests of the query function and the views on a real Postgres, against an oracle in Java. */
@NullMarked
package io.tallyflow.connectors.postgres.query;

import org.jspecify.annotations.NullMarked;
