package io.tallyflow.connectors.iceberg;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LocalFileIOTest {

    private static final int WRITERS = 4;
    private static final int DAYS = 300;

    @TempDir private Path warehouse;

    @Test
    void letsWritersMakeTheDirectoryOfADayAtOnce() throws Exception {
        LocalFileIO files = new LocalFileIO();
        CyclicBarrier together = new CyclicBarrier(WRITERS);
        ExecutorService threads = Executors.newFixedThreadPool(WRITERS);
        try {
            List<Future<?>> writers = new ArrayList<>();
            for (int i = 0; i < WRITERS; i++) {
                String name = i + ".parquet";
                writers.add(
                        threads.submit(
                                () -> {
                                    for (int day = 0; day < DAYS; day++) {
                                        Path file = warehouse.resolve(day + "/data/" + name);
                                        // A writer that fails does not come any more.
                                        together.await(30, TimeUnit.SECONDS);
                                        files.newOutputFile(file.toString()).create().close();
                                    }
                                    return null;
                                }));
            }
            for (Future<?> writer : writers) {
                writer.get();
            }
        } finally {
            threads.shutdownNow();
        }
        try (Stream<Path> made = Files.walk(warehouse)) {
            assertThat(made.filter(Files::isRegularFile)).hasSize(WRITERS * DAYS);
        }
    }
}
