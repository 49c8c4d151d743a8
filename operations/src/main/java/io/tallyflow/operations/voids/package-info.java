/**
 * Voids: events are taken back, and the windows that had counted them are counted again from the
 * lake.
 *
 * <pre>
 *   VoidSender    sends them as events, through the stream
 *   VoidSearch    finds them in the lake, and the events that they name
 *   Correction    counts the windows again, and puts the result in place
 * </pre>
 */
@NullMarked
package io.tallyflow.operations.voids;

import org.jspecify.annotations.NullMarked;
