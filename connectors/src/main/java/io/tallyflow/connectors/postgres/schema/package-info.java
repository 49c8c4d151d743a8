/** The Postgres schema: bringing it up to date, partitions, and the meters in force. */
@NullMarked
package io.tallyflow.connectors.postgres.schema;

import org.jspecify.annotations.NullMarked;
