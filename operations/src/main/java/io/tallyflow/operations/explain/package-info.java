/**
 * What stands behind a number: the events that it is made of, and whether they add up to it.
 *
 * <pre>
 *   ShownWindow   what Postgres says of a window at one moment
 *   Explain       its events in the lake as of that moment, counted again
 * </pre>
 */
@NullMarked
package io.tallyflow.operations.explain;

import org.jspecify.annotations.NullMarked;
