/**
 * Events that are the same every time, into Kafka, and what they come to. Knows nothing of
 * Tallyflow.
 */
@NullMarked
package io.tallyflow.benchmarks.workload;

import org.jspecify.annotations.NullMarked;
