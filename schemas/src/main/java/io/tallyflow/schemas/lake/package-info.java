/** What goes to the lake: events, settled usage and adjustments, each once and for ever. */
@NullMarked
package io.tallyflow.schemas.lake;

import org.jspecify.annotations.NullMarked;
