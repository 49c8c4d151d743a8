package io.tallyflow.results.query;

/**
 * Windows that usage can be asked for by; days and longer ones follow the zone that is asked for.
 */
public enum CalendarWindow {
    MINUTE,
    HOUR,
    DAY,
    WEEK,
    MONTH,
    YEAR
}
