package io.tallyflow.schemas.usage;

/** Why a meter takes no reading from an event of its type. The names are a public contract. */
public enum IgnoredReason {
    /** Nothing stands at the value path. */
    MISSING,
    /** JSON null stands there. */
    NULL,
    /** A JSON object stands there. */
    OBJECT,
    /** A JSON array stands there. */
    ARRAY,
    /** A boolean stands where a number is needed. */
    BOOLEAN,
    /** A string stands there that is not a decimal number. */
    NUMBER_FORMAT,
    /** The number, rounded to 18 places, is 10^20 or more. */
    NUMBER_RANGE,
    /** The reading would lift the sum of its cell to 10^20 or more. */
    TOTAL_RANGE
}
