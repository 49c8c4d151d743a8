/**
 * What is done to a job as a whole: starting it, taking savepoints, rewinding, resetting meters.
 */
@NullMarked
package io.tallyflow.operations.job;

import org.jspecify.annotations.NullMarked;
