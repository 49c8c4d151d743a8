/**
 * What is made of readings: aggregations, the shapes that their cells keep, and the arithmetic of
 * partials. {@link UsagePartial} lives in Flink state: it never moves, only grows, and what is
 * added tolerates null.
 */
@NullMarked
package io.tallyflow.schemas.measure;

import org.jspecify.annotations.NullMarked;
