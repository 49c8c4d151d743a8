package io.tallyflow.functions.identities.run;

import io.tallyflow.functions.identities.block.IdentityBlocks;
import io.tallyflow.functions.identities.block.IdentityFormat;
import io.tallyflow.functions.identities.block.IdentityHead;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The list of the runs that state holds for a key group, so that a restore need not read them to
 * know of them. It is written after a run: once its time to live is over, so is that of all runs.
 *
 * <p>The bytes, big endian: the version, 1 byte; how many runs there are, 4; their headers, those
 * of newer slices first.
 */
public final class RunList {

    /** In the place of the number of a block of the log, the list. */
    public static final int ENTRY = -2;

    private static final String WHAT = "a list of runs of identities";

    private static final int FIXED = 1 + Integer.BYTES;

    private RunList() {}

    /**
     * @throws IllegalStateException if the bytes are of another version or damaged
     */
    public static List<RunHeader> read(IdentityBlocks blocks) {
        byte[] bytes = blocks.get(IdentityHead.LOG, ENTRY);
        return bytes == null ? List.of() : of(bytes);
    }

    private static List<RunHeader> of(byte[] bytes) {
        IdentityFormat.check(WHAT, bytes, FIXED);
        ByteBuffer in = ByteBuffer.wrap(bytes, 1, bytes.length - 1);
        long headersBytes = (long) in.getInt() * RunHeader.BYTES;
        if (headersBytes != in.remaining()) {
            throw IdentityFormat.damaged(WHAT, bytes);
        }
        List<RunHeader> headers = new ArrayList<>();
        while (in.hasRemaining()) {
            RunHeader header = RunHeader.read(in);
            if (!header.isPossible()) {
                throw IdentityFormat.damaged(WHAT, bytes);
            }
            headers.add(header);
        }
        return headers;
    }

    public static void write(IdentityBlocks blocks, List<IdentityRun> runs) {
        ByteBuffer out = ByteBuffer.allocate(FIXED + runs.size() * RunHeader.BYTES);
        out.put(IdentityFormat.VERSION).putInt(runs.size());
        runs.forEach(run -> run.header().write(out));
        blocks.put(IdentityHead.LOG, ENTRY, out.array());
    }
}
