/** The tables of the lake: where they are, what they hold, and which batch they stand at. */
@NullMarked
package io.tallyflow.connectors.iceberg.table;

import org.jspecify.annotations.NullMarked;
