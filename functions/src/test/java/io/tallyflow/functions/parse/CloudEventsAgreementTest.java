package io.tallyflow.functions.parse;

import static io.tallyflow.functions.parse.Records.KAFKA_TIME;
import static io.tallyflow.functions.parse.Records.accepted;
import static io.tallyflow.functions.parse.Records.data;
import static io.tallyflow.functions.parse.Records.headers;
import static io.tallyflow.functions.parse.Records.record;
import static io.tallyflow.functions.parse.Records.structured;
import static io.tallyflow.functions.parse.Records.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.cloudevents.CloudEvent;
import io.cloudevents.CloudEventData;
import io.cloudevents.jackson.JsonCloudEventData;
import io.cloudevents.jackson.JsonFormat;
import io.tallyflow.schemas.event.RecordHeader;
import io.tallyflow.schemas.event.UsageEvent;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.jspecify.annotations.Nullable;

/** Valid events mean to us what they mean to the CloudEvents SDK. */
final class CloudEventsAgreementTest {

    private final ObjectMapper mapper = new ObjectMapper();
    private final JsonFormat sdk = new JsonFormat();

    @Property(seed = "7", tries = 1500, shrinking = ShrinkingMode.OFF)
    void readsStructuredEventsAsTheSdkDoes(@ForAll long seed) throws JsonProcessingException {
        EventText text = new EventText(seed);
        CloudEvent expected = sdk.deserialize(utf8(text.json));
        UsageEvent event = accepted(structured(text.json));

        assertThat(event.id()).isEqualTo(expected.getId()).isEqualTo(text.attributes.get("id"));
        assertThat(event.source()).isEqualTo(expected.getSource().toString());
        assertThat(event.type()).isEqualTo(expected.getType());
        assertThat(event.subject()).isEqualTo(expected.getSubject());
        assertThat(event.timeMicros()).isEqualTo(micros(expected.getTime()));
        assertThat(node(data(event))).isEqualTo(node(expected.getData()));
        assertThat(data(event)).isEqualTo(text.data.equals("null") ? null : text.data);
    }

    @Property(seed = "8", tries = 500, shrinking = ShrinkingMode.OFF)
    void readsBinaryEventsAsStructuredOnes(@ForAll long seed) {
        EventText text = new EventText(seed);
        List<RecordHeader> headers = new ArrayList<>(headers("content-type", "application/json"));
        text.attributes.forEach((name, value) -> headers.addAll(headers("ce_" + name, value)));

        UsageEvent expected = accepted(structured(text.json));
        UsageEvent event = accepted(record(utf8(text.data), headers));

        assertThat(event).usingRecursiveComparison().ignoringFields("data").isEqualTo(expected);
        assertThat(data(event)).isEqualTo(data(expected));
    }

    @Property(seed = "9", tries = 500, shrinking = ShrinkingMode.OFF)
    void readsEventsWhoseTypeSaysOnlyJsonAsTheSameEvents(@ForAll long seed) {
        EventText text = new EventText(seed);
        UsageEvent expected = accepted(structured(text.json));
        UsageEvent event =
                accepted(record(utf8(text.json), headers("content-type", "application/json")));

        assertThat(event).usingRecursiveComparison().isEqualTo(expected);
    }

    @Property(seed = "10", tries = 500, shrinking = ShrinkingMode.OFF)
    void readsRepeatedHeadersAsTheSameEvent(@ForAll long seed) {
        EventText text = new EventText(seed);
        List<RecordHeader> headers = new ArrayList<>(headers("content-type", "application/json"));
        text.attributes.forEach((name, value) -> headers.addAll(headers("ce_" + name, value)));
        UsageEvent expected = accepted(record(utf8(text.data), headers));
        List<RecordHeader> repeated = new ArrayList<>(headers);
        repeated.addAll(headers);
        Collections.shuffle(repeated, new Random(seed));

        assertThat(accepted(record(utf8(text.data), repeated)))
                .usingRecursiveComparison()
                .isEqualTo(expected);
    }

    private static long micros(@Nullable OffsetDateTime time) {
        return time == null
                ? KAFKA_TIME * 1000
                : ChronoUnit.MICROS.between(Instant.EPOCH, time.toInstant());
    }

    private @Nullable JsonNode node(@Nullable String json) throws JsonProcessingException {
        return json == null ? null : mapper.readTree(json);
    }

    /** The SDK tells JSON null from absent data; to a usage event both are no data. */
    private static @Nullable JsonNode node(@Nullable CloudEventData data) {
        JsonNode node = data == null ? null : ((JsonCloudEventData) data).getNode();
        return node == null || node.isNull() ? null : node;
    }
}
