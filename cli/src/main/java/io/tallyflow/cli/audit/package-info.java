/** Commands that hold totals against the events that they are made of. */
@NullMarked
package io.tallyflow.cli.audit;

import org.jspecify.annotations.NullMarked;
