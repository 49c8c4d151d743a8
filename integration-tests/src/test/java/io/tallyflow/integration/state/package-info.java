/** What is in savepoints, and whether they still can be started from. */
@NullMarked
package io.tallyflow.integration.state;

import org.jspecify.annotations.NullMarked;
