package io.tallyflow.functions.aggregate;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** What blocks in state are written with: counts of variable length, texts as UTF-8. */
final class BlockBytes {

    private BlockBytes() {}

    /** Seven bits a byte, the lowest first. */
    static void writeCount(DataOutputView out, long count) throws IOException {
        long rest = count;
        while ((rest & ~0x7fL) != 0) {
            out.writeByte((int) (rest & 0x7f) | 0x80);
            rest >>>= 7;
        }
        out.writeByte((int) rest);
    }

    static long readLong(DataInputView in) throws IOException {
        long value = 0;
        for (int shift = 0; shift < Long.SIZE; shift += 7) {
            int next = in.readUnsignedByte();
            value |= (next & 0x7fL) << shift;
            if (next < 0x80) {
                return value;
            }
        }
        throw new IOException("a count without an end");
    }

    static int readCount(DataInputView in) throws IOException {
        return Math.toIntExact(readLong(in));
    }

    static void writeText(DataOutputView out, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        writeCount(out, bytes.length);
        out.write(bytes);
    }

    static String readText(DataInputView in) throws IOException {
        byte[] bytes = new byte[readCount(in)];
        in.readFully(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    static void writeTexts(DataOutputView out, List<String> texts) throws IOException {
        writeCount(out, texts.size());
        for (String text : texts) {
            writeText(out, text);
        }
    }

    static List<String> readTexts(DataInputDeserializer in) throws IOException {
        int count = readCount(in);
        List<String> texts = new ArrayList<>(Math.min(count, in.available()));
        for (int i = 0; i < count; i++) {
            texts.add(readText(in));
        }
        return texts;
    }

    static void demandVersion(int found, int known, String what) throws IOException {
        if (found != known) {
            throw new IOException(
                    "state holds "
                            + what
                            + " in version "
                            + found
                            + ", this build reads version "
                            + known
                            + ": start the build that wrote it");
        }
    }
}
