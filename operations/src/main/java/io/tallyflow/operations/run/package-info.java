/**
 * Runs: what the stream did not count for a version of a meter is counted from the lake, beside the
 * stream.
 */
@NullMarked
package io.tallyflow.operations.run;

import org.jspecify.annotations.NullMarked;
