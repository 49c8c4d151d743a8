/** The metering job: its topology on one page, its options, and its main class. */
@NullMarked
package io.tallyflow.jobs.metering;

import org.jspecify.annotations.NullMarked;
