/** {@code demo}: known usage through everything, watched and compared. */
@NullMarked
package io.tallyflow.cli.demo;

import org.jspecify.annotations.NullMarked;
