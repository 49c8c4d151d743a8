package io.tallyflow.functions.parse;

import io.tallyflow.functions.paths.MeterPaths;
import io.tallyflow.functions.paths.PathTrie;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Where the attributes of one event lie, all of them printable ASCII, and whether they are as they
 * usually are. Confined to one thread, reusable.
 */
final class PlainAttributes {

    private final PlainTime time = new PlainTime();

    /** By attribute: where its value lies, an end of 0 standing for absence. */
    private final int[] starts = new int[Attribute.values().length];

    private final int[] ends = new int[Attribute.values().length];

    private byte[] bytes = {};

    /** Forgets all, and takes those that lie in other bytes. */
    void in(byte[] other) {
        bytes = other;
        Arrays.fill(ends, 0);
    }

    /** Notes that the text of an attribute lies in {@code [start, end)}, which is not empty. */
    void put(Attribute attribute, int start, int end) {
        starts[attribute.ordinal()] = start;
        ends[attribute.ordinal()] = end;
    }

    boolean isAbsent(Attribute attribute) {
        return ends[attribute.ordinal()] == 0;
    }

    /** Whether an attribute is what each that is required must be. */
    boolean isSound(Attribute attribute) {
        int length = ends[attribute.ordinal()] - starts[attribute.ordinal()];
        return length > 0 && length <= UsageEventParser.MAX_ATTRIBUTE_BYTES;
    }

    boolean isAbsentOr(Attribute attribute, byte[] text) {
        int start = starts[attribute.ordinal()];
        int end = ends[attribute.ordinal()];
        return end == 0 || Arrays.equals(text, 0, text.length, bytes, start, end);
    }

    String text(Attribute attribute) {
        int start = starts[attribute.ordinal()];
        int length = ends[attribute.ordinal()] - start;
        return new String(bytes, start, length, StandardCharsets.ISO_8859_1);
    }

    /** The paths that meters have into events of this type; null if there are none. */
    @Nullable PathTrie paths(MeterPaths meters) {
        int type = Attribute.TYPE.ordinal();
        return meters.ofType(bytes, starts[type], ends[type]);
    }

    /** Event time; negative to give up. */
    long micros(long kafkaMillis) {
        if (kafkaMillis < 0 || kafkaMillis >= Rfc3339.END_MICROS / 1000) {
            return PlainTime.GIVE_UP;
        }
        int at = Attribute.TIME.ordinal();
        return isAbsent(Attribute.TIME)
                ? kafkaMillis * 1000
                : time.micros(bytes, starts[at], ends[at]);
    }
}
