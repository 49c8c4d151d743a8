/** Running programs in processes of their own, and measuring what they take. */
@NullMarked
package io.tallyflow.benchmarks.measure;

import org.jspecify.annotations.NullMarked;
