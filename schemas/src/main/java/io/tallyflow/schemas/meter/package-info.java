/** Meters: definitions, their file, and the paths that point into an event's data. */
@NullMarked
package io.tallyflow.schemas.meter;

import org.jspecify.annotations.NullMarked;
