/** Tables for people. */
@NullMarked
package io.tallyflow.cli.text;

import org.jspecify.annotations.NullMarked;
