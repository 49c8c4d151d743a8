/**
 * How what crosses the network once per event is written: by hand, in a frame that is copied as a
 * whole. Nothing here may be kept in state: a frame is read by the version that wrote it.
 */
@NullMarked
package io.tallyflow.functions.wire;

import org.jspecify.annotations.NullMarked;
