package io.tallyflow.connectors.postgres;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.StringWriter;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/** A flat JSON object of whole numbers, as the ledger keeps offsets and reasons. */
final class JsonCounts {

    private static final JsonFactory JSON = new JsonFactory();

    private JsonCounts() {}

    static String format(Map<?, Long> counts) throws IOException {
        Map<String, Long> sorted = new TreeMap<>();
        counts.forEach((key, count) -> sorted.put(String.valueOf(key), count));
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartObject();
            for (Map.Entry<String, Long> entry : sorted.entrySet()) {
                json.writeNumberField(entry.getKey(), entry.getValue());
            }
            json.writeEndObject();
        }
        return text.toString();
    }

    static Map<String, Long> parse(String text) throws IOException {
        Map<String, Long> counts = new HashMap<>();
        try (JsonParser json = JSON.createParser(text)) {
            json.nextToken();
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String key = json.currentName();
                json.nextToken();
                counts.put(key, json.getLongValue());
            }
        }
        return counts;
    }

    static Map<Integer, Long> parseByPartition(String text) throws IOException {
        Map<Integer, Long> offsets = new HashMap<>();
        parse(text).forEach((partition, offset) -> offsets.put(Integer.valueOf(partition), offset));
        return offsets;
    }
}
