package io.tallyflow.local.truth;

/**
 * One meter, subject, group and window.
 *
 * @param group a JSON object of strings, names sorted, no white space, as {@link WrittenJson}
 *     writes it
 * @param windowStartMillis milliseconds since the epoch, UTC
 */
public record TruthCell(String meter, String subject, String group, long windowStartMillis) {}
