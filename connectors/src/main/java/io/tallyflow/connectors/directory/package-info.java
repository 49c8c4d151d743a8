/** Directories of this machine, as Flink and Iceberg name what is in them. */
@NullMarked
package io.tallyflow.connectors.directory;

import org.jspecify.annotations.NullMarked;
