/** Hashes that nobody can make meet on purpose. */
@NullMarked
package io.tallyflow.functions.hash;

import org.jspecify.annotations.NullMarked;
