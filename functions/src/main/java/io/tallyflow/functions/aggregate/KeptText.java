package io.tallyflow.functions.aggregate;

/**
 * A customer's text in memory: a subject or a group. As long as anything holds it, it is the only
 * object of its text, so that a comparison of references tells whether two are equal.
 */
final class KeptText {

    private final String text;
    private final int hash;

    /** How many things hold it; {@link KeptTexts} alone changes that. */
    private int holders;

    /**
     * @param hash secret, see {@link KeptTexts}
     */
    KeptText(String text, int hash) {
        this.text = text;
        this.hash = hash;
    }

    String text() {
        return text;
    }

    /** A hash that no customer can foretell. */
    int hash() {
        return hash;
    }

    boolean isHeld() {
        return holders > 0;
    }

    void addHolder() {
        holders++;
    }

    /** Whether it was the last one. */
    boolean removeHolder() {
        if (holders == 0) {
            throw new IllegalStateException("nobody holds " + text);
        }
        return --holders == 0;
    }
}
