/** How fast Tallyflow is, against others that do the same work. */
@NullMarked
package io.tallyflow.benchmarks;

import org.jspecify.annotations.NullMarked;
