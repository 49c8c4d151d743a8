package io.tallyflow.integration.lake;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.luben.zstd.ZstdInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import org.xerial.snappy.Snappy;

/** Reads Avro container files of records: a header with the schema, then compressed blocks. */
final class AvroFile {

    private static final byte[] MAGIC = {'O', 'b', 'j', 1};
    private static final int SYNC_BYTES = 16;
    private static final int CRC_BYTES = 4;
    private static final JsonNode METADATA = json("{\"type\":\"map\",\"values\":\"bytes\"}");

    private AvroFile() {}

    static List<Map<String, Object>> read(Path file) throws IOException {
        AvroDecoder in = new AvroDecoder(Files.readAllBytes(file));
        if (!Arrays.equals(in.readBytes(MAGIC.length), MAGIC)) {
            throw new IOException(file + " is no Avro container file");
        }
        Map<String, Object> metadata = map(in.read(METADATA));
        JsonNode schema = json(text(metadata, "avro.schema", ""));
        String codec = text(metadata, "avro.codec", "null");
        byte[] sync = in.readBytes(SYNC_BYTES);
        List<Map<String, Object>> records = new ArrayList<>();
        while (in.hasMore()) {
            long count = in.readLong();
            byte[] block = in.readBytes(Math.toIntExact(in.readLong()));
            AvroDecoder decoder = new AvroDecoder(decompressed(codec, block));
            for (long left = count; left > 0; left--) {
                records.add(map(decoder.read(schema)));
            }
            if (decoder.hasMore() || !Arrays.equals(in.readBytes(SYNC_BYTES), sync)) {
                throw new IOException(file + " is broken");
            }
        }
        return records;
    }

    private static byte[] decompressed(String codec, byte[] block) throws IOException {
        return switch (codec) {
            case "null" -> block;
            case "deflate" -> inflated(block);
            case "zstandard" -> unpacked(block);
            case "snappy" -> Snappy.uncompress(Arrays.copyOf(block, block.length - CRC_BYTES));
            default -> throw new IOException("unknown Avro codec " + codec);
        };
    }

    /** Raw, without a header. */
    private static byte[] inflated(byte[] block) throws IOException {
        Inflater inflater = new Inflater(/* nowrap= */ true);
        try (var in = new InflaterInputStream(new ByteArrayInputStream(block), inflater)) {
            return in.readAllBytes();
        } finally {
            inflater.end();
        }
    }

    private static byte[] unpacked(byte[] block) throws IOException {
        try (var in = new ZstdInputStream(new ByteArrayInputStream(block))) {
            return in.readAllBytes();
        }
    }

    private static String text(Map<String, Object> metadata, String key, String absent) {
        return metadata.get(key) instanceof byte[] bytes
                ? new String(bytes, StandardCharsets.UTF_8)
                : absent;
    }

    @SuppressWarnings("unchecked") // keys are strings in all that Avro has
    static Map<String, Object> map(Object decoded) {
        return (Map<String, Object>) decoded;
    }

    private static JsonNode json(String text) {
        try {
            return new ObjectMapper().readTree(text);
        } catch (IOException e) {
            throw new IllegalStateException("no JSON: " + text, e);
        }
    }
}
