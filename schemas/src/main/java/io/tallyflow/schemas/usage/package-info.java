/** What comes out: usage rows and adjustments, keyed by cell. */
@NullMarked
package io.tallyflow.schemas.usage;

import org.jspecify.annotations.NullMarked;
