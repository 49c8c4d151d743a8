package io.tallyflow.schemas.measure;

/** What a reading takes of its event, at the meter's value path. */
public enum Taken {
    /** The reading counts, whatever the event holds. */
    NOTHING,
    NUMBER,
    /** The value as text, to tell it from others. */
    TEXT
}
