/** How far pipelines are, as Postgres and Kafka tell it. */
@NullMarked
package io.tallyflow.results.status;

import org.jspecify.annotations.NullMarked;
