/**
 * Reading and recording what Postgres and the lake hold: for commands, the network and tests alike.
 */
@NullMarked
package io.tallyflow.results;

import org.jspecify.annotations.NullMarked;
