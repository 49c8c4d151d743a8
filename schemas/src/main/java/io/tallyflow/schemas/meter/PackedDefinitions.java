package io.tallyflow.schemas.meter;

import io.tallyflow.schemas.measure.Aggregation;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterInputStream;
import org.jspecify.annotations.Nullable;

/**
 * {@link Definitions} as they travel and as state holds them: who knows them already reads no more
 * than their number. Ten thousand meters take some 100 kB.
 *
 * @param request number of the newest request
 * @param deflated the versions
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, never a key
public record PackedDefinitions(long request, byte[] deflated) implements Serializable {

    /** Packs definitions. */
    public static PackedDefinitions of(Definitions definitions) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        Deflater deflater = new Deflater(Deflater.BEST_SPEED);
        try (DataOutputStream out =
                new DataOutputStream(new DeflaterOutputStream(bytes, deflater))) {
            out.writeInt(definitions.versions().size());
            for (MeterVersion version : definitions.versions()) {
                write(out, version);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("memory does not fail to be written", e);
        } finally {
            deflater.end();
        }
        return new PackedDefinitions(definitions.request(), bytes.toByteArray());
    }

    /** Takes them out again. */
    public Definitions unpack() {
        try (DataInputStream in =
                new DataInputStream(new InflaterInputStream(new ByteArrayInputStream(deflated)))) {
            List<MeterVersion> versions = new ArrayList<>();
            for (int left = in.readInt(); left > 0; left--) {
                versions.add(read(in));
            }
            return new Definitions(request, versions);
        } catch (IOException e) {
            throw new UncheckedIOException("definitions of request " + request + " are damaged", e);
        }
    }

    /** One piece, the number first. */
    public byte[] toBytes() {
        return ByteBuffer.allocate(Long.BYTES + deflated.length)
                .putLong(request)
                .put(deflated)
                .array();
    }

    /** The inverse of {@link #toBytes}. */
    public static PackedDefinitions ofBytes(byte[] bytes) {
        return new PackedDefinitions(
                ByteBuffer.wrap(bytes).getLong(),
                Arrays.copyOfRange(bytes, Long.BYTES, bytes.length));
    }

    private static void write(DataOutputStream out, MeterVersion version) throws IOException {
        Meter meter = version.meter();
        JsonPath value = meter.valuePath();
        writeText(out, meter.slug());
        writeText(out, meter.description());
        writeText(out, meter.eventType());
        out.writeUTF(meter.aggregation().name());
        out.writeBoolean(value != null);
        if (value != null) {
            writeText(out, value.text());
        }
        out.writeInt(meter.groupBy().size());
        for (GroupDimension group : meter.groupBy()) {
            writeText(out, group.name());
            writeText(out, group.path().text());
        }
        out.writeUTF(meter.windowSize().name());
        out.writeInt(version.version());
        out.writeLong(version.fromMillis());
        out.writeLong(version.toMillis());
    }

    private static MeterVersion read(DataInputStream in) throws IOException {
        String slug = readText(in);
        String description = readText(in);
        String eventType = readText(in);
        Aggregation aggregation = Aggregation.valueOf(in.readUTF());
        @Nullable JsonPath value = in.readBoolean() ? JsonPath.parse(readText(in)) : null;
        List<GroupDimension> groups = new ArrayList<>();
        for (int left = in.readInt(); left > 0; left--) {
            groups.add(new GroupDimension(readText(in), JsonPath.parse(readText(in))));
        }
        WindowSize windowSize = WindowSize.valueOf(in.readUTF());
        return new MeterVersion(
                new Meter(slug, description, eventType, aggregation, value, groups, windowSize),
                in.readInt(),
                in.readLong(),
                in.readLong());
    }

    private static void writeText(DataOutputStream out, String text) throws IOException {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(utf8.length);
        out.write(utf8);
    }

    private static String readText(DataInputStream in) throws IOException {
        byte[] utf8 = new byte[in.readInt()];
        in.readFully(utf8);
        return new String(utf8, StandardCharsets.UTF_8);
    }
}
