/** Commands that take events back. */
@NullMarked
package io.tallyflow.cli.voids;

import org.jspecify.annotations.NullMarked;
