/**
 * Windows that have settled are counted again from the lake, and what they come to takes the place
 * of what was there.
 *
 * <pre>
 *   PatchUnit     which of a subject's windows on a day
 *   Recounted     what they come to
 *   PatchChunk    some of them, put in place at once
 * </pre>
 */
@NullMarked
package io.tallyflow.operations.patch;

import org.jspecify.annotations.NullMarked;
