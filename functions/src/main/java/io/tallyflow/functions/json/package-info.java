/** Reading JSON where it lies: what is well-formed, and where the values are. */
@NullMarked
package io.tallyflow.functions.json;

import org.jspecify.annotations.NullMarked;
