/**
 * Records that live in Flink state. This package never moves, its records only grow, and what is
 * added tolerates null.
 */
@NullMarked
package io.tallyflow.schemas.state;

import org.jspecify.annotations.NullMarked;
