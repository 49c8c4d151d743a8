package io.tallyflow.cli.servers;

import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** Says once that a disk is full, and once that it is not any more. */
final class DiskWatch {

    /** Postgres writes its log in files of this size. */
    private static final long LEAST_BYTES = 16 << 20;

    private final Path directory;
    private final LongSupplier usableBytes;
    private final Consumer<String> say;
    private boolean full;

    DiskWatch(Path directory, LongSupplier usableBytes, Consumer<String> say) {
        this.directory = directory;
        this.usableBytes = usableBytes;
        this.say = say;
    }

    /** Complains on standard error. */
    static DiskWatch of(Path directory) {
        return new DiskWatch(
                directory,
                directory.toFile()::getUsableSpace,
                line -> System.err.println("tallyflow: " + line));
    }

    void look() {
        boolean now = usableBytes.getAsLong() < LEAST_BYTES;
        if (now && !full) {
            say.accept(
                    "no space is left in "
                            + directory
                            + ": free some; until then nothing is committed, and nothing is lost");
        } else if (full && !now) {
            say.accept("there is space again in " + directory + ": counting goes on");
        }
        full = now;
    }
}
