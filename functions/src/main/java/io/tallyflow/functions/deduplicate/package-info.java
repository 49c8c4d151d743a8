/** Third room of the flow: the first event of an identity goes on, its copies are counted. */
@NullMarked
package io.tallyflow.functions.deduplicate;

import org.jspecify.annotations.NullMarked;
