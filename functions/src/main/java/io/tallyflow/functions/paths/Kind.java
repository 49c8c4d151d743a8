package io.tallyflow.functions.paths;

/** What a path led to. */
public enum Kind {
    MISSING,
    NULL,
    OBJECT,
    ARRAY,
    BOOLEAN,
    NUMBER,
    STRING,

    /** A string that has escapes, so that its text is another than what is written. */
    ESCAPED_STRING;

    private static final Kind[] ALL = values();

    static Kind of(int ordinal) {
        return ALL[ordinal];
    }
}
