package io.tallyflow.functions.identities.block;

/** What all entries in state have in common: their first byte is the version of their format. */
public final class IdentityFormat {

    public static final byte VERSION = 1;

    /** Of the hash of type and data, what is kept. */
    public static final int CONTENT_BITS = 48;

    private IdentityFormat() {}

    /**
     * @param leastBytes what an entry takes that says nothing
     * @throws IllegalStateException if these are not bytes of the one version known
     */
    public static void check(String what, byte[] bytes, int leastBytes) {
        if (bytes.length > 0 && bytes[0] != VERSION) {
            throw new IllegalStateException(
                    what + " in state has format " + bytes[0] + ", known is " + VERSION);
        }
        if (bytes.length < leastBytes) {
            throw damaged(what, bytes);
        }
    }

    /** What is thrown when bytes contradict themselves. */
    public static IllegalStateException damaged(String what, byte[] bytes) {
        return new IllegalStateException(
                what + " in state is damaged: " + bytes.length + " bytes do not fit what they say");
    }
}
