/** What is measured: Tallyflow, the limit of its engine, and three usual ways to do the same. */
@NullMarked
package io.tallyflow.benchmarks.programs;

import org.jspecify.annotations.NullMarked;
