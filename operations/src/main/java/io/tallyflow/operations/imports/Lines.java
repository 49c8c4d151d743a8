package io.tallyflow.operations.imports;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * The lines of a file, which may be compressed by gzip, that are not blank. What a line takes of
 * memory is bounded, whatever the file holds.
 */
public final class Lines implements Closeable {

    private static final int BUFFER_BYTES = 128 * 1024;
    private static final int GZIP_MAGIC = 0x8b1f;
    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

    private final InputStream in;
    private final int longest;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int at;
    private int end;
    private byte[] line = new byte[1024];
    private int length;
    private boolean tooLong;
    private long number;

    private Lines(InputStream in, int longest) {
        this.in = in;
        this.longest = longest;
    }

    /**
     * Opens a file.
     *
     * @param longest bytes of the longest line that is kept
     */
    public static Lines of(Path file, int longest) throws IOException {
        InputStream opened = new BufferedInputStream(Files.newInputStream(file), BUFFER_BYTES);
        try {
            opened.mark(2);
            int magic = opened.read() | opened.read() << Byte.SIZE;
            opened.reset();
            return new Lines(
                    magic == GZIP_MAGIC ? new GZIPInputStream(opened, BUFFER_BYTES) : opened,
                    longest);
        } catch (IOException e) {
            opened.close();
            throw e;
        }
    }

    /**
     * Goes to the next line that is not blank.
     *
     * @return false if there is none
     */
    public boolean next() throws IOException {
        while (fill()) {
            number++;
            if (number == 1) {
                dropByteOrderMark();
            }
            if (tooLong || !isBlank()) {
                return true;
            }
        }
        return false;
    }

    /** Number of the line, from 1; blank ones count. */
    public long number() {
        return number;
    }

    /** The line without its end; null if it is too long. */
    public byte @Nullable [] bytes() {
        return tooLong ? null : Arrays.copyOf(line, length);
    }

    /** Reads up to a line's end. */
    private boolean fill() throws IOException {
        length = 0;
        tooLong = false;
        boolean hasBegun = false;
        while (at < end || more()) {
            hasBegun = true;
            int stop = at;
            while (stop < end && buffer[stop] != '\n') {
                stop++;
            }
            keep(at, stop);
            if (stop < end) {
                at = stop + 1;
                dropReturn();
                return true;
            }
            at = stop;
        }
        tooLong |= length > longest;
        return hasBegun;
    }

    private boolean more() throws IOException {
        at = 0;
        end = Math.max(in.read(buffer, 0, buffer.length), 0);
        return end > 0;
    }

    private void keep(int start, int stop) {
        int more = stop - start;
        if (tooLong || length + more > longest + 1) { // one more for a carriage return
            tooLong = true;
            return;
        }
        if (length + more > line.length) {
            line = Arrays.copyOf(line, Math.max(2 * line.length, length + more));
        }
        System.arraycopy(buffer, start, line, length, more);
        length += more;
    }

    private void dropReturn() {
        if (!tooLong && length > 0 && line[length - 1] == '\r') {
            length--;
        }
        tooLong |= length > longest;
    }

    private void dropByteOrderMark() {
        int mark = BYTE_ORDER_MARK.length;
        if (!tooLong && length >= mark && Arrays.equals(line, 0, mark, BYTE_ORDER_MARK, 0, mark)) {
            System.arraycopy(line, mark, line, 0, length - mark);
            length -= mark;
        }
    }

    private boolean isBlank() {
        for (int i = 0; i < length; i++) {
            if (line[i] != ' ' && line[i] != '\t') {
                return false;
            }
        }
        return true;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
