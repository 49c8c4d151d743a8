package io.tallyflow.functions.deduplicate;

import io.tallyflow.schemas.event.RejectedRecord;
import io.tallyflow.schemas.event.UsageEvent;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/** What is told of an event that contradicts the one that counted. */
final class Conflicts {

    /** Stands in the place of a rejection's reason. */
    static final String REASON = "CONFLICT";

    private Conflicts() {}

    static RejectedRecord of(UsageEvent event, long firstContent, long content) {
        byte[] data = event.data() == null ? new byte[0] : event.data();
        return new RejectedRecord(
                REASON,
                "an event of the same subject, source and id counted, with another type or other"
                        + " data",
                event.partition(),
                event.offset(),
                event.kafkaTimeMillis(),
                Arrays.copyOf(data, Math.min(data.length, RejectedRecord.HEAD_BYTES)),
                data.length,
                HexFormat.of().formatHex(sha256(data)),
                HexFormat.of().toHexDigits(firstContent, Identity.CONTENT_DIGITS),
                HexFormat.of().toHexDigits(content, Identity.CONTENT_DIGITS));
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
