/** Kafka, Postgres and Flink inside this process, or as its children, on one data directory. */
@NullMarked
package io.tallyflow.local.embedded;

import org.jspecify.annotations.NullMarked;
