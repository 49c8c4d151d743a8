/** Definitions of meters: those in force, and files that people name. */
@NullMarked
package io.tallyflow.results.meters;

import org.jspecify.annotations.NullMarked;
