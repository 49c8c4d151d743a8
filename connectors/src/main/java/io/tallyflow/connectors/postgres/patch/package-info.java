/** Windows that are counted again because voids took events of theirs back. */
@NullMarked
package io.tallyflow.connectors.postgres.patch;

import org.jspecify.annotations.NullMarked;
