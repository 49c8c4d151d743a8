package io.tallyflow.functions.deduplicate;

/** What all entries in state have in common: their first byte is the version of their format. */
final class IdentityFormat {

    static final byte VERSION = 1;

    private IdentityFormat() {}

    /**
     * @param leastBytes what an entry takes that says nothing
     * @throws IllegalStateException if these are not bytes of the one version known
     */
    static void check(String what, byte[] bytes, int leastBytes) {
        if (bytes.length > 0 && bytes[0] != VERSION) {
            throw new IllegalStateException(
                    what + " in state has format " + bytes[0] + ", known is " + VERSION);
        }
        if (bytes.length < leastBytes) {
            throw damaged(what, bytes);
        }
    }

    /** What is thrown when bytes contradict themselves. */
    static IllegalStateException damaged(String what, byte[] bytes) {
        return new IllegalStateException(
                what + " in state is damaged: " + bytes.length + " bytes do not fit what they say");
    }
}
