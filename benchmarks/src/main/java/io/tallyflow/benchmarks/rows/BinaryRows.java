package io.tallyflow.benchmarks.rows;

import java.nio.charset.StandardCharsets;

/** LayoutRows as COPY takes them in its binary format. */
final class BinaryRows extends BinarySink {

    private static final byte[] SIGNATURE =
            "PGCOPY\n\377\r\n\0".getBytes(StandardCharsets.ISO_8859_1);
    private static final int END = -1;
    private static final int JSONB_VERSION = 1;

    private final GrowingBytes bytes = new GrowingBytes();

    BinaryRows() {
        bytes.put(SIGNATURE);
        bytes.putInt(0); // flags
        bytes.putInt(0); // length of the header's extension
    }

    @Override
    public void row(int columns) {
        bytes.putShort(columns);
    }

    @Override
    public void json(String value) {
        byte[] text = value.getBytes(StandardCharsets.UTF_8);
        element(1 + text.length).putByte(JSONB_VERSION);
        bytes.put(text);
    }

    @Override
    GrowingBytes next(boolean isNull) {
        return bytes;
    }

    /** Everything, with its end; nothing may follow. */
    byte[] end() {
        bytes.putShort(END);
        return bytes.toArray();
    }
}
