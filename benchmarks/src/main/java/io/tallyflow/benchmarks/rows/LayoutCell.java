package io.tallyflow.benchmarks.rows;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Locale;

/**
 * Meter, subject and group.
 *
 * @param uuid the first 128 bits of a hash over them
 * @param layer one for each meter
 */
record LayoutCell(
        byte[] uuid, int layer, Kind kind, String subject, byte[] groupHash, String group) {

    /** As Postgres orders uuids. */
    static final Comparator<LayoutCell> BY_UUID =
            (left, right) -> Arrays.compareUnsigned(left.uuid, right.uuid);

    private static final int BYTES = 16;
    private static final int MODELS = 5;
    private static final int REGIONS = 4;

    /** What of a partial its meter needs. */
    enum Kind {
        COUNT,
        SUM,
        MAX
    }

    /** One of many of a layer: equal numbers give equal cells. */
    static LayoutCell of(int layer, int number) {
        Kind kind = Kind.values()[layer % Kind.values().length];
        String subject = subject(number / (MODELS * REGIONS));
        String group =
                String.format(
                        Locale.ROOT,
                        "{\"model\": \"model-%d\", \"region\": \"region-%d\"}",
                        number % MODELS,
                        number / MODELS % REGIONS);
        ByteBuffer name = ByteBuffer.allocate(2 * Integer.BYTES).putInt(layer).putInt(number);
        return new LayoutCell(
                hash(name.array()),
                layer,
                kind,
                subject,
                hash(group.getBytes(StandardCharsets.UTF_8)),
                group);
    }

    /** The name of one of many. */
    static String subject(int number) {
        return String.format(Locale.ROOT, "customer-%05d", number);
    }

    String meter() {
        return meter(layer);
    }

    static String meter(int layer) {
        return "meter_" + layer;
    }

    private static byte[] hash(byte[] bytes) {
        try {
            return Arrays.copyOf(MessageDigest.getInstance("SHA-256").digest(bytes), BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
