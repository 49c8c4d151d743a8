package io.tallyflow.connectors.iceberg.commit;

import io.tallyflow.connectors.iceberg.table.LakeFile;
import io.tallyflow.schemas.commit.CommitName;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;

/**
 * What a checkpoint holds of the lake's committer.
 *
 * @param commit name of the ledger's commit that the checkpoint stands for
 * @param previous name of the last batch that was made
 * @param settledUntilMillis of that batch
 * @param held files that no batch has yet
 * @param pending batches that may not be in the tables yet, oldest first
 */
record LakeState(
        CommitName commit,
        CommitName previous,
        long settledUntilMillis,
        List<LakeFile> held,
        List<LakeBatch> pending) {

    /** Nothing was ever written. */
    static final LakeState EMPTY =
            new LakeState(CommitName.NONE, CommitName.NONE, Long.MIN_VALUE, List.of(), List.of());

    private static final int VERSION = 2;

    byte[] toBytes() throws IOException {
        DataOutputSerializer out = new DataOutputSerializer(256);
        out.writeByte(VERSION);
        write(commit, out);
        write(previous, out);
        out.writeLong(settledUntilMillis);
        writeFiles(held, out);
        out.writeInt(pending.size());
        for (LakeBatch batch : pending) {
            write(batch.name(), out);
            write(batch.previous(), out);
            CommitName start = batch.start();
            out.writeBoolean(start != null);
            if (start != null) {
                write(start, out);
            }
            writeFiles(batch.files(), out);
            out.writeLong(batch.settledUntilMillis());
        }
        return out.getCopyOfBuffer();
    }

    static LakeState fromBytes(byte[] bytes) throws IOException {
        DataInputDeserializer in = new DataInputDeserializer(bytes);
        int version = in.readUnsignedByte();
        if (version != VERSION) {
            throw new IOException(
                    "the state of the lake has format " + version + ", known is " + VERSION);
        }
        CommitName commit = readName(in);
        CommitName previous = readName(in);
        long settledUntil = in.readLong();
        List<LakeFile> held = readFiles(in);
        List<LakeBatch> pending = new ArrayList<>();
        for (int left = in.readInt(); left > 0; left--) {
            pending.add(
                    new LakeBatch(
                            readName(in),
                            readName(in),
                            in.readBoolean() ? readName(in) : null,
                            readFiles(in),
                            in.readLong()));
        }
        return new LakeState(commit, previous, settledUntil, held, pending);
    }

    private static void write(CommitName name, DataOutputSerializer out) throws IOException {
        out.writeLong(name.token());
        out.writeLong(name.checkpoint());
    }

    private static CommitName readName(DataInputDeserializer in) throws IOException {
        return new CommitName(in.readLong(), in.readLong());
    }

    private static void writeFiles(List<LakeFile> files, DataOutputSerializer out)
            throws IOException {
        out.writeInt(files.size());
        for (LakeFile file : files) {
            out.writeUTF(file.table());
            byte[] description = file.description().getBytes(StandardCharsets.UTF_8);
            out.writeInt(description.length);
            out.write(description);
            out.writeBoolean(file.beforeStart());
        }
    }

    private static List<LakeFile> readFiles(DataInputDeserializer in) throws IOException {
        List<LakeFile> files = new ArrayList<>();
        for (int left = in.readInt(); left > 0; left--) {
            String table = in.readUTF();
            byte[] description = new byte[in.readInt()];
            in.readFully(description);
            files.add(
                    new LakeFile(
                            table,
                            new String(description, StandardCharsets.UTF_8),
                            in.readBoolean()));
        }
        return files;
    }
}
