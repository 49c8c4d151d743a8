package io.tallyflow.connectors.kafka.lanes;

import io.tallyflow.schemas.event.RejectedRecord;

/** A record of {@code usage.rejected}: reason, origin, and the head of what was rejected. */
final class RejectedRecordJson {

    private RejectedRecordJson() {}

    static byte[] format(String topic, RejectedRecord rejected) {
        return RecordJson.object(
                json -> {
                    json.writeStringField("reason", rejected.reason());
                    json.writeStringField("detail", rejected.detail());
                    RecordJson.writeOrigin(
                            json,
                            topic,
                            rejected.partition(),
                            rejected.offset(),
                            rejected.kafkaTimeMillis());
                    json.writeNumberField("length", rejected.length());
                    json.writeStringField("sha256", rejected.sha256());
                    byte[] head = rejected.head();
                    if (head != null) {
                        json.writeBinaryField("head", head);
                    }
                    if (rejected.contentHash() != null) {
                        json.writeStringField("firstContentHash", rejected.firstContentHash());
                        json.writeStringField("contentHash", rejected.contentHash());
                    }
                });
    }
}
