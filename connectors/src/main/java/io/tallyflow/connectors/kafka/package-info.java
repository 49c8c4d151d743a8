/**
 * The Kafka ends: usage events in, with a watermark per partition; late and rejected records out.
 */
@NullMarked
package io.tallyflow.connectors.kafka;

import org.jspecify.annotations.NullMarked;
