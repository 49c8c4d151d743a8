/** {@code meters}: what is counted, and whether a file of definitions is sound. */
@NullMarked
package io.tallyflow.cli.meters;

import org.jspecify.annotations.NullMarked;
