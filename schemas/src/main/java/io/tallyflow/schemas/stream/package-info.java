/**
 * Envelopes: what flows between operators, and to the lake, besides the words of the domain
 * themselves.
 */
@NullMarked
package io.tallyflow.schemas.stream;

import org.jspecify.annotations.NullMarked;
