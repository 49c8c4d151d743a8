package io.tallyflow.integration.lake;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Decodes Avro's binary encoding as the schema of its writer says: records and maps as maps, arrays
 * as lists, int and long as {@link Long}, bytes and fixed as byte arrays.
 */
final class AvroDecoder {

    private final ByteBuffer in;
    private final Map<String, JsonNode> named = new HashMap<>();

    AvroDecoder(byte[] bytes) {
        this.in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    @Nullable Object read(JsonNode schema) {
        if (schema.isArray()) {
            return read(schema.get(Math.toIntExact(readLong())));
        }
        JsonNode type = schema.isTextual() ? schema : schema.get("type");
        if (!type.isTextual()) {
            return read(type);
        }
        if (schema.has("name")) {
            named.put(schema.get("name").asText(), schema);
        }
        return read(type.asText(), schema);
    }

    private @Nullable Object read(String type, JsonNode schema) {
        return switch (type) {
            case "null" -> null;
            case "boolean" -> in.get() != 0;
            case "int", "long" -> readLong();
            case "float" -> in.getFloat();
            case "double" -> in.getDouble();
            case "bytes" -> readBytes(Math.toIntExact(readLong()));
            case "string" -> readString();
            case "fixed" -> readBytes(schema.get("size").asInt());
            case "enum" -> schema.get("symbols").get(Math.toIntExact(readLong())).asText();
            case "record" -> readRecord(schema);
            case "array" -> readArray(() -> read(schema.get("items")));
            case "map" -> readMap(schema.get("values"));
            default -> read(defined(type));
        };
    }

    private JsonNode defined(String type) {
        JsonNode schema = named.get(type);
        if (schema == null) {
            throw new IllegalStateException("the schema does not say what a " + type + " is");
        }
        return schema;
    }

    private Map<String, Object> readRecord(JsonNode schema) {
        Map<String, Object> fields = new LinkedHashMap<>();
        for (JsonNode field : schema.get("fields")) {
            fields.put(field.get("name").asText(), read(field.get("type")));
        }
        return fields;
    }

    private Map<String, Object> readMap(JsonNode values) {
        Map<String, Object> map = new LinkedHashMap<>();
        readArray(() -> map.put(readString(), read(values)));
        return map;
    }

    private List<Object> readArray(Supplier<@Nullable Object> item) {
        List<Object> items = new ArrayList<>();
        for (long count = readLong(); count != 0; count = readLong()) {
            if (count < 0) {
                // The size of the block in bytes, for those who skip it.
                readLong();
            }
            for (long left = Math.abs(count); left > 0; left--) {
                items.add(item.get());
            }
        }
        return items;
    }

    String readString() {
        return new String(readBytes(Math.toIntExact(readLong())), StandardCharsets.UTF_8);
    }

    byte[] readBytes(int length) {
        byte[] bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }

    /** Seven bits a byte, lowest first, the sign in the lowest bit of all. */
    long readLong() {
        long zigzag = 0;
        int shift = 0;
        byte next;
        do {
            next = in.get();
            zigzag |= (next & 0x7FL) << shift;
            shift += 7;
        } while (next < 0);
        return (zigzag >>> 1) ^ -(zigzag & 1);
    }

    boolean hasMore() {
        return in.hasRemaining();
    }
}
