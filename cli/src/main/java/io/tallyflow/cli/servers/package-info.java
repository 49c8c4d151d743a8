/**
 * Running everything on one machine: {@code up}, {@code servers}, {@code prepare}, {@code
 * relocate}.
 */
@NullMarked
package io.tallyflow.cli.servers;

import org.jspecify.annotations.NullMarked;
