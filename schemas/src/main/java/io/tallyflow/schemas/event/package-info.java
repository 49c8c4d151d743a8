/** What comes in: records as consumed from Kafka, usage events, rejections and lanes. */
@NullMarked
package io.tallyflow.schemas.event;

import org.jspecify.annotations.NullMarked;
