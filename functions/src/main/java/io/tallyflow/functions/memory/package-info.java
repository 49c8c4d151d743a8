/** How much heap operators may work with. */
@NullMarked
package io.tallyflow.functions.memory;

import org.jspecify.annotations.NullMarked;
