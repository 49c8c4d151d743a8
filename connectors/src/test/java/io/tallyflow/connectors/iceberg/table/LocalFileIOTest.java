package io.tallyflow.connectors.iceberg.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.iceberg.CatalogProperties;
import org.apache.iceberg.exceptions.ValidationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

    @ParameterizedTest
    @ValueSource(strings = {"a b", "100%", "50%25", "x#y", "q?m", "größe-日本", "back\\slash", "a:b"})
    void takesTheCharactersOfALocationAsTheyAre(String name) throws Exception {
        Path file = warehouse.resolve(name).resolve("file");
        LocalFileIO files = new LocalFileIO();
        for (String scheme : new String[] {"file://", "file:", ""}) {
            files.newOutputFile(scheme + file).createOrOverwrite().close();
            assertThat(file).exists();
            files.deleteFile(scheme + file);
            assertThat(file).doesNotExist();
        }
        try (Stream<Path> made = Files.list(warehouse)) {
            assertThat(made).containsExactly(file.getParent());
        }
    }

    @Test
    void changesNothingBesideItsWarehouse() throws Exception {
        Path theirs = Files.writeString(warehouse.resolve("theirs"), "kept");
        Path ours = Files.createDirectory(warehouse.resolve("ours"));
        LocalFileIO files = new LocalFileIO();
        files.initialize(Map.of(CatalogProperties.WAREHOUSE_LOCATION, "file://" + ours));
        for (String location :
                new String[] {"file://" + theirs, theirs.toString(), ours + "/../theirs"}) {
            assertThatThrownBy(() -> files.deleteFile(location))
                    .isInstanceOf(ValidationException.class)
                    .hasMessageContaining("is not in the lake's warehouse file://" + ours);
            assertThatThrownBy(() -> files.newOutputFile(location))
                    .isInstanceOf(ValidationException.class);
        }
        assertThat(theirs).hasContent("kept");
        assertThat(files.newInputFile(theirs.toString()).exists()).isTrue();
        files.newOutputFile(ours + "/data/file").create().close();
        files.deleteFile(ours + "/data/file");
    }
}
