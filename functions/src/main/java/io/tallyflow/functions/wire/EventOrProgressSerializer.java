package io.tallyflow.functions.wire;

import io.tallyflow.schemas.event.UsageEvent;
import io.tallyflow.schemas.meter.PackedDefinitions;
import io.tallyflow.schemas.progress.Progress;
import io.tallyflow.schemas.stream.EventOrProgress;
import java.util.Objects;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.jspecify.annotations.Nullable;

/** Writes events, progress and definitions. */
final class EventOrProgressSerializer extends FramedSerializer<EventOrProgress> {

    private static final long serialVersionUID = 1L;
    private static final int EVENT = 0;
    private static final int PROGRESS = 1;
    private static final int DEFINITIONS = 2;

    @Override
    void put(FrameWriter frame, EventOrProgress value) {
        UsageEvent event = value.event();
        Progress progress = value.progress();
        PackedDefinitions definitions = value.definitions();
        if (event != null) {
            frame.putByte(EVENT);
            Frames.put(frame, event);
            put(frame, value.places());
            frame.putInt(value.key());
        } else if (progress != null) {
            frame.putByte(PROGRESS);
            Frames.put(frame, progress);
            frame.putInt(value.key());
        } else if (definitions != null) {
            frame.putByte(DEFINITIONS);
            frame.putLong(definitions.request());
            frame.putBytesOrNull(definitions.deflated());
            frame.putInt(value.key());
        } else {
            throw new IllegalArgumentException("neither event nor progress: " + value);
        }
    }

    private static void put(FrameWriter frame, int @Nullable [] places) {
        frame.putNumber(places == null ? 0 : places.length + 1L);
        if (places != null) {
            for (int place : places) {
                frame.putNumber(Integer.toUnsignedLong(place));
            }
        }
    }

    @Override
    EventOrProgress take(FrameReader frame) {
        int kind = frame.takeByte();
        return switch (kind) {
            case EVENT ->
                    EventOrProgress.of(Frames.takeEvent(frame), takePlaces(frame), frame.takeInt());
            case PROGRESS -> EventOrProgress.of(Frames.takeProgress(frame), frame.takeInt());
            case DEFINITIONS ->
                    EventOrProgress.of(
                            new PackedDefinitions(
                                    frame.takeLong(),
                                    Objects.requireNonNull(frame.takeBytesOrNull())),
                            frame.takeInt());
            default -> throw new IllegalStateException("a frame of unknown kind " + kind);
        };
    }

    private static int @Nullable [] takePlaces(FrameReader frame) {
        int length = frame.takeSize() - 1;
        if (length < 0) {
            return null;
        }
        int[] places = new int[length];
        for (int i = 0; i < length; i++) {
            places[i] = (int) frame.takeNumber();
        }
        return places;
    }

    @Override
    public EventOrProgress createInstance() {
        return EventOrProgress.of(Progress.NONE, 0);
    }

    @Override
    public TypeSerializer<EventOrProgress> duplicate() {
        return new EventOrProgressSerializer();
    }

    @Override
    public TypeSerializerSnapshot<EventOrProgress> snapshotConfiguration() {
        return new Snapshot();
    }

    /** Says which class reads what this one wrote. */
    @SuppressWarnings("WeakerAccess") // Flink makes it by its public constructor
    public static final class Snapshot extends SimpleTypeSerializerSnapshot<EventOrProgress> {

        public Snapshot() {
            super(EventOrProgressSerializer::new);
        }
    }
}
