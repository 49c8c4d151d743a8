/** Records for the topics of lanes: what was rejected, late or stale. */
@NullMarked
package io.tallyflow.connectors.kafka.lanes;

import org.jspecify.annotations.NullMarked;
