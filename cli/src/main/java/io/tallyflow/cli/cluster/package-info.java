/** Jobs on a cluster: {@code submit}, {@code start}, {@code rewind}. */
@NullMarked
package io.tallyflow.cli.cluster;

import org.jspecify.annotations.NullMarked;
