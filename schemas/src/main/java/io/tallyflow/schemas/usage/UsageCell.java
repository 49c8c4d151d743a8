package io.tallyflow.schemas.usage;

/**
 * What a usage row is keyed by: one meter, subject, group and window.
 *
 * @param meter slug
 * @param group canonical group text: a JSON object of strings, names sorted, no white space; {@code
 *     {}} for none
 * @param windowStartMillis inclusive, milliseconds since the epoch, UTC
 * @param windowEndMillis exclusive, milliseconds since the epoch, UTC
 */
public record UsageCell(
        String meter, String subject, String group, long windowStartMillis, long windowEndMillis) {}
