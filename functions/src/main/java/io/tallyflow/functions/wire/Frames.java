package io.tallyflow.functions.wire;

import io.tallyflow.schemas.event.UsageEvent;
import io.tallyflow.schemas.measure.UsagePartial;
import io.tallyflow.schemas.progress.Count;
import io.tallyflow.schemas.progress.LaneCounts;
import io.tallyflow.schemas.progress.Progress;
import io.tallyflow.schemas.usage.Reading;
import io.tallyflow.schemas.usage.UsageCell;
import java.util.HashMap;
import java.util.Map;

/** The words of the domain as parts of a frame. */
final class Frames {

    private Frames() {}

    static void put(FrameWriter out, UsageEvent event) {
        out.putText(event.subject());
        out.putText(event.source());
        out.putText(event.id());
        out.putText(event.type());
        out.putLong(event.timeMicros());
        out.putBytesOrNull(event.data());
        out.putInt(event.partition());
        out.putNumber(event.offset());
        out.putLong(event.kafkaTimeMillis());
        out.putNumber(event.importNumber());
    }

    static UsageEvent takeEvent(FrameReader in) {
        return new UsageEvent(
                in.takeText(),
                in.takeText(),
                in.takeText(),
                in.takeText(),
                in.takeLong(),
                in.takeBytesOrNull(),
                in.takeInt(),
                in.takeNumber(),
                in.takeLong(),
                in.takeNumber());
    }

    static void put(FrameWriter out, UsageCell cell) {
        out.putText(cell.meter());
        out.putText(cell.subject());
        out.putText(cell.group());
        out.putLong(cell.windowStartMillis());
        out.putLong(cell.windowEndMillis());
    }

    static UsageCell takeCell(FrameReader in) {
        return new UsageCell(
                in.takeText(), in.takeText(), in.takeText(), in.takeLong(), in.takeLong());
    }

    static void put(FrameWriter out, Reading reading) {
        out.putText(reading.meter());
        out.putText(reading.group());
        out.putLong(reading.windowStartMillis());
        out.putLong(reading.windowEndMillis());
        out.putDecimalOrNull(reading.value());
        out.putTextOrNull(reading.distinct());
    }

    static Reading takeReading(FrameReader in) {
        return new Reading(
                in.takeText(),
                in.takeText(),
                in.takeLong(),
                in.takeLong(),
                in.takeDecimalOrNull(),
                in.takeTextOrNull());
    }

    static void put(FrameWriter out, UsagePartial partial) {
        out.putNumber(partial.readings());
        out.putDecimalOrNull(partial.sum());
        out.putDecimalOrNull(partial.min());
        out.putDecimalOrNull(partial.max());
        out.putDecimalOrNull(partial.latest());
        out.putLong(partial.latestTimeMicros());
        out.putTextOrNull(partial.latestSource());
        out.putTextOrNull(partial.latestId());
    }

    static UsagePartial takePartial(FrameReader in) {
        return new UsagePartial(
                in.takeNumber(),
                in.takeDecimalOrNull(),
                in.takeDecimalOrNull(),
                in.takeDecimalOrNull(),
                in.takeDecimalOrNull(),
                in.takeLong(),
                in.takeTextOrNull(),
                in.takeTextOrNull());
    }

    static void put(FrameWriter out, Progress progress) {
        put(out, progress.counts());
        out.putNumber(progress.offsets().size());
        progress.offsets()
                .forEach(
                        (partition, offset) -> {
                            out.putInt(partition);
                            out.putNumber(offset);
                        });
        out.putLong(progress.watermarkMillis());
        out.putNumber(progress.reasons().size());
        progress.reasons()
                .forEach(
                        (reason, count) -> {
                            out.putText(reason);
                            out.putNumber(count);
                        });
        out.putNumber(progress.newestBy().size());
        progress.newestBy()
                .forEach(
                        (request, millis) -> {
                            out.putNumber(request);
                            out.putLong(millis);
                        });
        out.putNumber(progress.countsBy().size());
        progress.countsBy()
                .forEach(
                        (subtask, request) -> {
                            out.putInt(subtask);
                            out.putNumber(request);
                        });
    }

    static Progress takeProgress(FrameReader in) {
        LaneCounts counts = takeCounts(in);
        Map<Integer, Long> offsets = new HashMap<>();
        for (int i = in.takeSize(); i > 0; i--) {
            offsets.put(in.takeInt(), in.takeNumber());
        }
        long watermarkMillis = in.takeLong();
        Map<String, Long> reasons = new HashMap<>();
        for (int i = in.takeSize(); i > 0; i--) {
            reasons.put(in.takeText(), in.takeNumber());
        }
        Map<Long, Long> newestBy = new HashMap<>();
        for (int i = in.takeSize(); i > 0; i--) {
            newestBy.put(in.takeNumber(), in.takeLong());
        }
        Map<Integer, Long> countsBy = new HashMap<>();
        for (int i = in.takeSize(); i > 0; i--) {
            countsBy.put(in.takeInt(), in.takeNumber());
        }
        return new Progress(counts, offsets, watermarkMillis, reasons, newestBy, countsBy);
    }

    private static void put(FrameWriter out, LaneCounts counts) {
        for (long count : counts.values()) {
            out.putNumber(count);
        }
    }

    private static LaneCounts takeCounts(FrameReader in) {
        long[] counts = new long[Count.all().size()];
        for (int i = 0; i < counts.length; i++) {
            counts[i] = in.takeNumber();
        }
        return new LaneCounts(counts);
    }
}
