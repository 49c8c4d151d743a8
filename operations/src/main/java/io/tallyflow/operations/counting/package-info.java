/** Counting from the lake: side by side, in passes where memory is small, by the stream's rules. */
@NullMarked
package io.tallyflow.operations.counting;

import org.jspecify.annotations.NullMarked;
