/** Reading usage events, with a watermark for each partition. */
@NullMarked
package io.tallyflow.connectors.kafka.source;

import org.jspecify.annotations.NullMarked;
