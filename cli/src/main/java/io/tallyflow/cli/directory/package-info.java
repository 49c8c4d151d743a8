/** The data directory: where it is, whose it is, and what stands in it. */
@NullMarked
package io.tallyflow.cli.directory;

import org.jspecify.annotations.NullMarked;
