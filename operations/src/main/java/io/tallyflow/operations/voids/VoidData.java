package io.tallyflow.operations.voids;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tallyflow.schemas.event.VoidRequest;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Voids as JSON. */
final class VoidData {

    /** Source of the voids that are sent from here. */
    static final String SOURCE = "/tallyflow/void";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String SUBJECT = "subject";
    private static final String SOURCE_FIELD = "source";
    private static final String ID = "id";
    private static final String REASON = "reason";

    private VoidData() {}

    /**
     * What an event asks for.
     *
     * @param data of it
     * @return null if it names no event
     */
    static @Nullable VoidRequest read(String subject, @Nullable String data) {
        if (data == null) {
            return null;
        }
        try {
            JsonNode node = JSON.readTree(data);
            return request(subject, node);
        } catch (JsonProcessingException e) {
            return null;
        }
    }

    /**
     * What a line of a file asks for: an object with subject, source and id, as an event has them,
     * and perhaps a reason.
     *
     * @return null if it is none
     */
    static @Nullable VoidRequest readLine(byte[] line) {
        try {
            JsonNode node = JSON.readTree(new String(line, StandardCharsets.UTF_8));
            String subject = text(node, SUBJECT);
            return subject == null ? null : request(subject, node);
        } catch (JsonProcessingException e) {
            return null;
        }
    }

    private static @Nullable VoidRequest request(String subject, JsonNode node) {
        String source = text(node, SOURCE_FIELD);
        String id = text(node, ID);
        return source == null || id == null
                ? null
                : new VoidRequest(subject, source, id, text(node, REASON));
    }

    private static @Nullable String text(@Nullable JsonNode node, String field) {
        JsonNode value = node == null ? null : node.get(field);
        return value == null || !value.isTextual() || !isStorable(value.textValue())
                ? null
                : value.textValue();
    }

    /** JSON may hold what neither an attribute of an event nor a text in a database can. */
    private static boolean isStorable(String text) {
        return !text.isEmpty()
                && text.codePoints()
                        .noneMatch(
                                point ->
                                        point == 0
                                                || point >= Character.MIN_SURROGATE
                                                        && point <= Character.MAX_SURROGATE);
    }

    /**
     * An event that asks for it, in the JSON event format.
     *
     * @param id of the event
     */
    static byte[] event(VoidRequest request, String id, Instant time) {
        ObjectNode event = JSON.createObjectNode();
        event.put("specversion", "1.0");
        event.put("type", VoidRequest.TYPE);
        event.put(SOURCE_FIELD, SOURCE);
        event.put(ID, id);
        event.put(SUBJECT, request.subject());
        event.put("time", time.toString());
        ObjectNode data = event.putObject("data");
        data.put(SOURCE_FIELD, request.source());
        data.put(ID, request.id());
        if (request.reason() != null) {
            data.put(REASON, request.reason());
        }
        return event.toString().getBytes(StandardCharsets.UTF_8);
    }
}
