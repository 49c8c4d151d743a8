package io.tallyflow.functions.parse;

import io.tallyflow.functions.json.JsonProblem;
import io.tallyflow.schemas.event.ConsumedRecord;
import io.tallyflow.schemas.event.RejectedRecord;
import io.tallyflow.schemas.event.RejectionReason;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Ends the reading of a record that is not a valid usage event. Has no stack trace, because bad
 * input is ordinary: a hundred thousand in a row must cost no more than as many good ones.
 */
final class Rejection extends Exception {

    private static final long serialVersionUID = 1L;

    private final RejectionReason reason;
    private final String detail;

    /**
     * @param detail one sentence for people; names attributes and positions, never payload
     */
    Rejection(RejectionReason reason, String detail) {
        super(detail, null, false, false);
        this.reason = reason;
        this.detail = detail;
    }

    /** A document that is wrong. */
    Rejection(JsonProblem problem) {
        this(problem.reason(), problem.detail());
    }

    RejectionReason reason() {
        return reason;
    }

    /** What is kept of the record. */
    RejectedRecord of(ConsumedRecord record) {
        byte[] value = record.value();
        return new RejectedRecord(
                reason.name(),
                detail,
                record.partition(),
                record.offset(),
                record.kafkaTimeMillis(),
                value == null
                        ? null
                        : Arrays.copyOf(value, Math.min(value.length, RejectedRecord.HEAD_BYTES)),
                value == null ? 0 : value.length,
                value == null ? "" : HexFormat.of().formatHex(sha256().digest(value)),
                null,
                null);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }
}
