/** Numbers that a source's coordinator asks for and shows, beside what it does itself. */
@NullMarked
package io.tallyflow.connectors.kafka.gauges;

import org.jspecify.annotations.NullMarked;
