/** {@code query}: how much was used. */
@NullMarked
package io.tallyflow.cli.query;

import org.jspecify.annotations.NullMarked;
