/** Applying meters: what each definition reads from an event. */
@NullMarked
package io.tallyflow.functions.meter;

import org.jspecify.annotations.NullMarked;
