/** Exact decimal quantities and how they are read from text. */
@NullMarked
package io.tallyflow.schemas.quantity;

import org.jspecify.annotations.NullMarked;
