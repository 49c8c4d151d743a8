/**
 * Imports: events from files, or such that came too late for the stream, are sent through it, each
 * unless one like it had been accepted before.
 */
@NullMarked
package io.tallyflow.operations.imports;

import org.jspecify.annotations.NullMarked;
