/** Refusing to go on where results would become wrong. */
@NullMarked
package io.tallyflow.connectors.refusal;

import org.jspecify.annotations.NullMarked;
