/** Rows of a commit as they travel to its committer, and as Postgres takes them. */
@NullMarked
package io.tallyflow.connectors.postgres.rows;

import org.jspecify.annotations.NullMarked;
