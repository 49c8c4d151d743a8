/** Years of rows, and taking the last of them back. */
@NullMarked
package io.tallyflow.benchmarks.rewind;

import org.jspecify.annotations.NullMarked;
