/** A Flink cluster as its REST interface shows it: jars, jobs and savepoints. */
@NullMarked
package io.tallyflow.operations.cluster;

import org.jspecify.annotations.NullMarked;
