/** Collecting what a program says, and comparing it. */
@NullMarked
package io.tallyflow.benchmarks.collect;

import org.jspecify.annotations.NullMarked;
