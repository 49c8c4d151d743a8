/**
 * What is counted, as each operator knows it: from the job's graph, from state, from the stream.
 */
@NullMarked
package io.tallyflow.functions.definitions;

import org.jspecify.annotations.NullMarked;
