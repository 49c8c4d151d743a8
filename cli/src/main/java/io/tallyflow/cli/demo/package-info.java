/** Usage with known truth: a generator, a sender, and what the totals must be at any offset. */
@NullMarked
package io.tallyflow.cli.demo;

import org.jspecify.annotations.NullMarked;
