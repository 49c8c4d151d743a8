/** Usage with known truth: a generator, a sender, and what the totals must be at any offset. */
@NullMarked
package io.tallyflow.local.truth;

import org.jspecify.annotations.NullMarked;
