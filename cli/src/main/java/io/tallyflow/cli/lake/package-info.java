/** {@code lake}: upkeep of the Iceberg tables. */
@NullMarked
package io.tallyflow.cli.lake;

import org.jspecify.annotations.NullMarked;
