/** {@code status}: how far pipelines are. */
@NullMarked
package io.tallyflow.cli.status;

import org.jspecify.annotations.NullMarked;
