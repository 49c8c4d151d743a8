/** Where the meters' paths lead to in an event's data, noted in the one pass that parses it. */
@NullMarked
package io.tallyflow.functions.paths;

import org.jspecify.annotations.NullMarked;
