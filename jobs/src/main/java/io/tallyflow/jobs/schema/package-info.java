/** The schema in Postgres, brought up to date where no command line of Tallyflow runs. */
@NullMarked
package io.tallyflow.jobs.schema;

import org.jspecify.annotations.NullMarked;
