/** The commands that people type. */
@NullMarked
package io.tallyflow.cli;

import org.jspecify.annotations.NullMarked;
