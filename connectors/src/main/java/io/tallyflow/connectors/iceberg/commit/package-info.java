/** Putting files into the tables, each batch once, after the ledger. */
@NullMarked
package io.tallyflow.connectors.iceberg.commit;

import org.jspecify.annotations.NullMarked;
