/** The lake as a place where usage can be asked for. */
@NullMarked
package io.tallyflow.cli.lake;

import org.jspecify.annotations.NullMarked;
