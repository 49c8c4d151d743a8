package io.tallyflow.results.query;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Groups and filters as JSON. */
public final class GroupJson {

    private static final JsonFactory FACTORY = new JsonFactory();

    private GroupJson() {}

    /** Reads an object of strings. */
    public static Map<String, String> parse(String json) {
        Map<String, String> groups = new LinkedHashMap<>();
        try (JsonParser parser = FACTORY.createParser(json)) {
            parser.nextToken();
            for (String name = parser.nextFieldName();
                    name != null;
                    name = parser.nextFieldName()) {
                groups.put(name, parser.nextTextValue());
            }
            return groups;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes an object of lists of strings. */
    static String write(Map<String, List<String>> filter) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = FACTORY.createGenerator(text)) {
            json.writeStartObject();
            for (Map.Entry<String, List<String>> allowed : filter.entrySet()) {
                json.writeFieldName(allowed.getKey());
                String[] values = allowed.getValue().toArray(String[]::new);
                json.writeArray(values, 0, values.length);
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }
}
