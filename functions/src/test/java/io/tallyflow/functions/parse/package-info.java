/** Holds the parser to its rules, to the CloudEvents SDK and to a general JSON parser. */
@NullMarked
package io.tallyflow.functions.parse;

import org.jspecify.annotations.NullMarked;
