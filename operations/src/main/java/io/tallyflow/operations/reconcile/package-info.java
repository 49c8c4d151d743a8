/**
 * What Postgres and the lake's usage say is held against the events in the lake, counted again.
 *
 * <pre>
 *   Reconcile        day by day
 *   CountedDay       what the events of a day come to
 *   ShownUsage       what Postgres says
 *   KeptUsage        what the lake's usage says
 *   CellDifferences  where they differ
 * </pre>
 */
@NullMarked
package io.tallyflow.operations.reconcile;

import org.jspecify.annotations.NullMarked;
