/**
 * What travels and what is kept: no type falls to a generic serializer, and old state stays
 * readable.
 */
package io.tallyflow.functions.types;
