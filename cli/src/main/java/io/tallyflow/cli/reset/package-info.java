/** {@code reset} and {@code resets}. */
@NullMarked
package io.tallyflow.cli.reset;

import org.jspecify.annotations.NullMarked;
