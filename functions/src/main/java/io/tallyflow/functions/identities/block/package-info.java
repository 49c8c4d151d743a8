/** Bytes of identities: sorted, packed in blocks, and behind filters. */
@NullMarked
package io.tallyflow.functions.identities.block;

import org.jspecify.annotations.NullMarked;
