/**
 * The Iceberg end: append-only tables, a snapshot per table and batch of checkpoints, each applied
 * once. Data files stay open across checkpoints; what is in an open file also lies in a log in the
 * job's state.
 */
@NullMarked
package io.tallyflow.connectors.iceberg;

import org.jspecify.annotations.NullMarked;
