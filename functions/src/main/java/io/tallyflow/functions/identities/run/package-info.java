/** Sealed identities: sorted runs on shelves, merged as they grow. */
@NullMarked
package io.tallyflow.functions.identities.run;

import org.jspecify.annotations.NullMarked;
