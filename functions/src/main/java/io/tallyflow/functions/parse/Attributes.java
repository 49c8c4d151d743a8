package io.tallyflow.functions.parse;

import org.jspecify.annotations.Nullable;

/** One event as sent, in either content mode, before its rules are checked. */
interface Attributes {

    /**
     * The version of the CloudEvents specification, or the one that its absence stands for; null if
     * it must not be absent.
     */
    @Nullable String specVersion() throws Rejection;

    /**
     * The text of a context attribute; null if it is absent or JSON null.
     *
     * @throws Rejection if it is not text
     */
    @Nullable String text(Attribute attribute) throws Rejection;

    /**
     * The bytes of the JSON object that is the event's data, exactly as sent; null if it is absent
     * or JSON null.
     *
     * @throws Rejection if it is anything else, or declared to be
     */
    byte @Nullable [] data() throws Rejection;
}
