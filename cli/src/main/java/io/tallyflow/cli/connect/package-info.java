/** How commands find what they ask: running servers, clusters, pipelines. */
@NullMarked
package io.tallyflow.cli.connect;

import org.jspecify.annotations.NullMarked;
