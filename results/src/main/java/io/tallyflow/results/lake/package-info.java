/** The lake as a place where usage can be asked for. */
@NullMarked
package io.tallyflow.results.lake;

import org.jspecify.annotations.NullMarked;
