/** Asking for usage: what is asked, who answers, and how answers are written. */
@NullMarked
package io.tallyflow.results.query;

import org.jspecify.annotations.NullMarked;
