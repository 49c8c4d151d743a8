/** {@code savepoint} and {@code savepoints}. */
@NullMarked
package io.tallyflow.cli.savepoint;

import org.jspecify.annotations.NullMarked;
