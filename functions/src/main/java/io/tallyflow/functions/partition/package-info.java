/** Which worker an event belongs to. */
@NullMarked
package io.tallyflow.functions.partition;

import org.jspecify.annotations.NullMarked;
