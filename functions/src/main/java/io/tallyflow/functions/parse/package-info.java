/** From the bytes of a Kafka record to a usage event, or to the reason why it is none. */
@NullMarked
package io.tallyflow.functions.parse;

import org.jspecify.annotations.NullMarked;
