/**
 * What usage rows cost Postgres: layouts of their table, ways to write it, and ways to find a time.
 */
@org.jspecify.annotations.NullMarked
package io.tallyflow.benchmarks.rows;
