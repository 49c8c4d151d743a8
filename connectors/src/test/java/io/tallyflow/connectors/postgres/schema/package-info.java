/** Tests of migrations, partitions, the ledger's rules and meter definitions on a real Postgres. */
@NullMarked
package io.tallyflow.connectors.postgres.schema;

import org.jspecify.annotations.NullMarked;
