/** Events that were taken back, for whoever counts from the lake. */
@NullMarked
package io.tallyflow.results.voids;

import org.jspecify.annotations.NullMarked;
