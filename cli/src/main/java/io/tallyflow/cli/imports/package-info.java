/** The command that imports events. */
@NullMarked
package io.tallyflow.cli.imports;

import org.jspecify.annotations.NullMarked;
