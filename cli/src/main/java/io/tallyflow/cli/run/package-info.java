/** Commands that count again. */
@NullMarked
package io.tallyflow.cli.run;

import org.jspecify.annotations.NullMarked;
