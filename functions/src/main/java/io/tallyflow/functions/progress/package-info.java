/** Counts that operators send ahead of a barrier, so that a commit carries exactly its own. */
@NullMarked
package io.tallyflow.functions.progress;

import org.jspecify.annotations.NullMarked;
