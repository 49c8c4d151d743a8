/** The commits of pipelines, as Postgres remembers them. */
@NullMarked
package io.tallyflow.results.ledger;

import org.jspecify.annotations.NullMarked;
