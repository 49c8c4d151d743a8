package io.tallyflow.connectors.postgres.patch;

/** Whether a window can be counted again from the lake. */
public enum WindowState {

    /** All that it came to is in the lake. */
    READY,

    /** It has not settled: the stream would write over what takes the place of its rows. */
    OPEN,

    /** It has settled, or was adjusted, by a commit that the lake does not hold. */
    AHEAD_OF_LAKE
}
