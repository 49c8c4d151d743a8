package io.tallyflow.functions.parse;

import io.tallyflow.functions.json.Utf8;
import io.tallyflow.schemas.event.RejectionReason;

/** In what a document is written. */
final class Encoding {

    private Encoding() {}

    /** Refuses a document that is not UTF-8, or starts with a byte order mark. */
    static void requireUtf8(byte[] value) throws Rejection {
        if (isWide(value)) {
            throw refused("is UTF-16 or UTF-32");
        }
        int invalid = Utf8.firstInvalid(value);
        if (invalid >= 0) {
            throw refused("is not UTF-8 at byte " + invalid);
        }
        if (value.length >= 3
                && value[0] == (byte) 0xEF
                && value[1] == (byte) 0xBB
                && value[2] == (byte) 0xBF) {
            throw refused("starts with a byte order mark");
        }
    }

    private static Rejection refused(String predicate) {
        return new Rejection(RejectionReason.ENCODING, "The value " + predicate + ".");
    }

    /**
     * JSON begins with two ASCII characters, so that zeros among its first four bytes tell UTF-16
     * and UTF-32 (RFC 4627, section 3). Both can be well-formed UTF-8 by accident.
     */
    private static boolean isWide(byte[] value) {
        if (value.length < 4) {
            return false;
        }
        int zeros = 0;
        for (int at = 0; at < 4; at++) {
            zeros = zeros << 1 | (value[at] == 0 ? 1 : 0);
        }
        return zeros == 0b1010 || zeros == 0b0101 || zeros == 0b1110 || zeros == 0b0111;
    }
}
