/** What people type and see: lines, frames, times, signals. */
@NullMarked
package io.tallyflow.cli.terminal;

import org.jspecify.annotations.NullMarked;
