/**
 * The Postgres end: one transaction per checkpoint, named commits, and a ledger that tells what the
 * results stand for.
 */
@NullMarked
package io.tallyflow.connectors.postgres;

import org.jspecify.annotations.NullMarked;
