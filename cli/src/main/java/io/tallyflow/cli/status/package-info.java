/** How far the pipeline is, as Postgres and Kafka tell it. */
@NullMarked
package io.tallyflow.cli.status;

import org.jspecify.annotations.NullMarked;
