/** {@code state}: what a savepoint holds. */
@NullMarked
package io.tallyflow.cli.state;

import org.jspecify.annotations.NullMarked;
