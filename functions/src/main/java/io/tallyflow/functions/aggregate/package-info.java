/** Aggregating readings into usage rows and adjustments. */
@NullMarked
package io.tallyflow.functions.aggregate;

import org.jspecify.annotations.NullMarked;
