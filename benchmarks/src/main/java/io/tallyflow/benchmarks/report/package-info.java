/** Medians, ratios and tables of what was measured. */
@NullMarked
package io.tallyflow.benchmarks.report;

import org.jspecify.annotations.NullMarked;
