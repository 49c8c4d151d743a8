/** Writing rows into files that stay open across checkpoints. */
@NullMarked
package io.tallyflow.connectors.iceberg.write;

import org.jspecify.annotations.NullMarked;
