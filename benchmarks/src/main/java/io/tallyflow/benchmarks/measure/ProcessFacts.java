package io.tallyflow.benchmarks.measure;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/** What the system knows of processes and files. Linux only; elsewhere 0. */
public final class ProcessFacts {

    private static final long TICK_NANOS = 10_000_000L;
    private static final long KIBI = 1_024;

    // Positions in /proc/PID/stat, counted after the name, which may hold spaces.
    private static final int USER = 11;
    private static final int SYSTEM = 12;
    private static final int USER_OF_ENDED_CHILDREN = 13;
    private static final int SYSTEM_OF_ENDED_CHILDREN = 14;

    private ProcessFacts() {}

    /** The most memory that this process had resident, bytes. */
    public static long peakResidentBytes() {
        return status("VmHWM:");
    }

    /** The memory that this process has resident, bytes. */
    public static long residentBytes() {
        return status("VmRSS:");
    }

    private static long status(String field) {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
            return lines.filter(line -> line.startsWith(field))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) * KIBI)
                    .findFirst()
                    .orElse(0);
        } catch (IOException notLinux) {
            return 0;
        }
    }

    /**
     * CPU time of a process with one thread, nanoseconds; as precise as the scheduler knows it, if
     * it tells.
     */
    public static long cpuOf(long pid) {
        try {
            String precise = Files.readString(Path.of("/proc", Long.toString(pid), "schedstat"));
            return Long.parseLong(precise.substring(0, precise.indexOf(' ')));
        } catch (IOException untold) {
            return cpu(pid, false);
        }
    }

    /** CPU time of a process, of its children, and of its children that have ended; nanoseconds. */
    public static long cpuOfFamily(long pid) {
        return ProcessHandle.of(pid).stream()
                .flatMap(process -> Stream.concat(Stream.of(process), process.descendants()))
                .mapToLong(process -> cpu(process.pid(), process.pid() == pid))
                .sum();
    }

    private static long cpu(long pid, boolean withEndedChildren) {
        try {
            String stat =
                    Files.readString(
                            Path.of("/proc", Long.toString(pid), "stat"),
                            StandardCharsets.ISO_8859_1);
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            long ticks = Long.parseLong(fields[USER]) + Long.parseLong(fields[SYSTEM]);
            if (withEndedChildren) {
                ticks += Long.parseLong(fields[USER_OF_ENDED_CHILDREN]);
                ticks += Long.parseLong(fields[SYSTEM_OF_ENDED_CHILDREN]);
            }
            return ticks * TICK_NANOS;
        } catch (IOException gone) {
            return 0;
        }
    }

    /** Bytes in all files below a directory; files may vanish meanwhile. */
    public static long bytesBelow(Path directory) {
        AtomicLong bytes = new AtomicLong();
        try {
            if (Files.exists(directory)) {
                Files.walkFileTree(directory, new Adding(bytes));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.get();
    }

    private static final class Adding extends SimpleFileVisitor<Path> {

        private final AtomicLong bytes;

        Adding(AtomicLong bytes) {
            this.bytes = bytes;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            bytes.addAndGet(attributes.size());
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException gone) {
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult postVisitDirectory(
                Path directory, @org.jspecify.annotations.Nullable IOException gone) {
            return FileVisitResult.CONTINUE;
        }
    }
}
