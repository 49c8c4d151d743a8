package io.tallyflow.connectors.postgres;

import io.tallyflow.schemas.commit.CommitName;
import io.tallyflow.schemas.commit.RewindTarget;
import io.tallyflow.schemas.progress.LaneCounts;
import io.tallyflow.schemas.progress.Progress;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;

/** Commit parts as bytes, on the wire and in checkpoints. */
final class CommitPartSerializer implements SimpleVersionedSerializer<CommitPart> {

    static final CommitPartSerializer INSTANCE = new CommitPartSerializer();

    private static final int VERSION = 4;

    private CommitPartSerializer() {}

    @Override
    public int getVersion() {
        return VERSION;
    }

    @Override
    public byte[] serialize(CommitPart part) throws IOException {
        DataOutputSerializer out = new DataOutputSerializer(part.rows().length + 256);
        writeName(out, part.name());
        writeName(out, part.previous());
        out.writeInt(part.number());
        out.writeInt(part.count());
        writeProgress(out, part.progress());
        RewindTarget rewind = part.rewind();
        out.writeBoolean(rewind != null);
        if (rewind != null) {
            out.writeLong(rewind.commit());
            out.writeLong(rewind.epoch());
        }
        out.writeInt(part.rows().length);
        out.write(part.rows());
        return out.getCopyOfBuffer();
    }

    @Override
    public CommitPart deserialize(int version, byte[] bytes) throws IOException {
        if (version != VERSION) {
            throw new IOException("a commit part has format " + version + ", known is " + VERSION);
        }
        DataInputDeserializer in = new DataInputDeserializer(bytes);
        CommitName name = readName(in);
        CommitName previous = readName(in);
        int number = in.readInt();
        int count = in.readInt();
        Progress progress = readProgress(in);
        RewindTarget rewind =
                in.readBoolean() ? new RewindTarget(in.readLong(), in.readLong()) : null;
        byte[] rows = new byte[in.readInt()];
        in.readFully(rows);
        return new CommitPart(name, previous, number, count, progress, rewind, rows);
    }

    private static void writeName(DataOutputSerializer out, CommitName name) throws IOException {
        out.writeLong(name.token());
        out.writeLong(name.checkpoint());
    }

    private static CommitName readName(DataInputDeserializer in) throws IOException {
        return new CommitName(in.readLong(), in.readLong());
    }

    private static void writeProgress(DataOutputSerializer out, Progress progress)
            throws IOException {
        long[] counts = progress.counts().values();
        out.writeShort(counts.length);
        for (long count : counts) {
            out.writeLong(count);
        }
        out.writeLong(progress.watermarkMillis());
        out.writeInt(progress.offsets().size());
        for (Map.Entry<Integer, Long> offset : progress.offsets().entrySet()) {
            out.writeInt(offset.getKey());
            out.writeLong(offset.getValue());
        }
        out.writeInt(progress.reasons().size());
        for (Map.Entry<String, Long> reason : progress.reasons().entrySet()) {
            out.writeUTF(reason.getKey());
            out.writeLong(reason.getValue());
        }
        out.writeInt(progress.newestBy().size());
        for (Map.Entry<Long, Long> newest : progress.newestBy().entrySet()) {
            out.writeLong(newest.getKey());
            out.writeLong(newest.getValue());
        }
        out.writeInt(progress.countsBy().size());
        for (Map.Entry<Integer, Long> subtask : progress.countsBy().entrySet()) {
            out.writeInt(subtask.getKey());
            out.writeLong(subtask.getValue());
        }
    }

    private static Progress readProgress(DataInputDeserializer in) throws IOException {
        long[] counts = new long[in.readShort()];
        for (int i = 0; i < counts.length; i++) {
            counts[i] = in.readLong();
        }
        long watermarkMillis = in.readLong();
        Map<Integer, Long> offsets = new HashMap<>();
        for (int left = in.readInt(); left > 0; left--) {
            offsets.put(in.readInt(), in.readLong());
        }
        Map<String, Long> reasons = new HashMap<>();
        for (int left = in.readInt(); left > 0; left--) {
            reasons.put(in.readUTF(), in.readLong());
        }
        Map<Long, Long> newestBy = new HashMap<>();
        for (int left = in.readInt(); left > 0; left--) {
            newestBy.put(in.readLong(), in.readLong());
        }
        Map<Integer, Long> countsBy = new HashMap<>();
        for (int left = in.readInt(); left > 0; left--) {
            countsBy.put(in.readInt(), in.readLong());
        }
        return new Progress(
                LaneCounts.stored(counts), offsets, watermarkMillis, reasons, newestBy, countsBy);
    }
}
