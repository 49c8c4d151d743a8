/** Keeping the tables small and whole: compaction, sweeping, relocation. */
@NullMarked
package io.tallyflow.connectors.iceberg.upkeep;

import org.jspecify.annotations.NullMarked;
