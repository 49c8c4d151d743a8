/** Sessions with Postgres that settle what a lost connection leaves open. */
@NullMarked
package io.tallyflow.connectors.postgres.session;

import org.jspecify.annotations.NullMarked;
