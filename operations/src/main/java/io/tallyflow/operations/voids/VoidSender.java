package io.tallyflow.operations.voids;

import io.tallyflow.connectors.kafka.EventRecord;
import io.tallyflow.connectors.kafka.EventSender;
import io.tallyflow.connectors.kafka.EventsTopic;
import io.tallyflow.functions.parse.UsageLineParser;
import io.tallyflow.results.RequestFailedException;
import io.tallyflow.results.RequestRefusedException;
import io.tallyflow.schemas.event.ParsedRecord;
import io.tallyflow.schemas.event.RejectedRecord;
import io.tallyflow.schemas.event.VoidRequest;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;

/** Sends voids to the topic that the job reads, as the events that they are. */
public final class VoidSender {

    private final EventsTopic topic;
    private final InstantSource clock;

    /**
     * @param topic that the job reads
     * @param clock of this machine: the time of the voids
     */
    public VoidSender(EventsTopic topic, InstantSource clock) {
        this.topic = topic;
        this.clock = clock;
    }

    /**
     * Sends all of them, or none if one of them is no event that the job would accept. The same
     * again is another void, of an event that is taken back already.
     *
     * @throws RequestRefusedException if one is none
     * @throws RequestFailedException if Kafka does not take them; those before may have arrived
     */
    public void send(List<VoidRequest> requests) {
        Instant now = Instant.ofEpochMilli(clock.millis());
        List<EventRecord> records = new ArrayList<>();
        UsageLineParser parser = new UsageLineParser();
        for (VoidRequest request : requests) {
            byte[] event = VoidData.event(request, UUID.randomUUID().toString(), now);
            ParsedRecord parsed = parser.parse(event, now.toEpochMilli());
            if (parsed.event() == null) {
                RejectedRecord rejected = Objects.requireNonNull(parsed.rejected());
                throw new RequestRefusedException(
                        "no such event can be accepted: "
                                + rejected.detail()
                                + " Nothing was sent.");
            }
            records.add(new EventRecord(request.subject(), event, UsageLineParser.headers()));
        }
        try (EventSender sender = EventSender.to(topic.kafka(), topic.name(), 0)) {
            for (EventRecord record : records) {
                sender.send(record);
            }
            sender.flush();
        } catch (IOException e) {
            throw new RequestFailedException(Objects.toString(e.getMessage(), e.toString()), e);
        }
    }
}
