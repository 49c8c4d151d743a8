package io.tallyflow.connectors.iceberg.upkeep;

import io.tallyflow.connectors.iceberg.table.Lake;
import io.tallyflow.connectors.iceberg.table.LakeTable;
import io.tallyflow.connectors.iceberg.table.Lineage;
import io.tallyflow.connectors.iceberg.table.LocalFileIO;
import io.tallyflow.connectors.iceberg.table.SnapshotNote;
import io.tallyflow.schemas.commit.CommitName;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.ManifestContent;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.ManifestFiles;
import org.apache.iceberg.ManifestReader;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.io.CloseableIterable;
import org.jspecify.annotations.Nullable;

/**
 * Data files of a local warehouse that are in no table: a killed writer leaves its open ones.
 *
 * <p>A file counts as one only if it was written long before the files of the lake's newest batch.
 * What a job holds in its state and has yet to put in was written after those, however long job or
 * catalog have been away since, and whenever the batch came in.
 */
public final class LakeOrphans {

    private static final Duration LONG_BEFORE = Duration.ofDays(3);

    private final Lake lake;

    /** Nothing is read before it is asked for. */
    public LakeOrphans(Lake lake) {
        this.lake = lake;
    }

    /** The orphans of a table, sorted; none if its files are not in a warehouse on this machine. */
    public List<Path> find(LakeTable name) {
        Instant newest = filesOfNewestBatch();
        Table table = lake.table(name);
        Path data = dataFolder(table);
        if (newest == null || data == null || !Files.isDirectory(data)) {
            return List.of();
        }
        // Listed first: what is committed after that is not in the list.
        List<Path> old = writtenBefore(newest.minus(LONG_BEFORE), data);
        table.refresh();
        Set<Path> known = known(table);
        return old.stream().filter(file -> !known.contains(file)).toList();
    }

    /** Deletes what was found. */
    public static void remove(List<Path> orphans) {
        for (Path orphan : orphans) {
            try {
                Files.deleteIfExists(orphan);
            } catch (IOException e) {
                throw new UncheckedIOException("cannot delete " + orphan, e);
            }
        }
    }

    /**
     * When the first file of the newest batch was written; null if that cannot be told: while only
     * some tables have the batch, and after a rewind until the next one.
     */
    private @Nullable Instant filesOfNewestBatch() {
        CommitName batch = null;
        Instant earliest = null;
        for (LakeTable name : LakeTable.values()) {
            Table table = lake.table(name);
            table.refresh();
            Lineage lineage = Lineage.of(table);
            SnapshotNote head = lineage.head();
            Long snapshot = lineage.snapshotOf(head.commit());
            if (snapshot == null
                    || head.rewoundTo() != null
                    || batch != null && !batch.equals(head.commit())) {
                return null;
            }
            batch = head.commit();
            earliest = earlier(earliest, firstWritten(table.snapshot(snapshot), table));
        }
        return earliest;
    }

    /** Of the files that a snapshot added and that are still there. */
    private static @Nullable Instant firstWritten(Snapshot snapshot, Table table) {
        Instant first = null;
        if (table.io() instanceof LocalFileIO) {
            for (DataFile file : snapshot.addedDataFiles(table.io())) {
                first = earlier(first, written(path(file.location())));
            }
        }
        return first;
    }

    private static @Nullable Instant earlier(@Nullable Instant one, @Nullable Instant other) {
        return one == null || other != null && other.isBefore(one) ? other : one;
    }

    private static @Nullable Path dataFolder(Table table) {
        String location =
                table.properties()
                        .getOrDefault(
                                TableProperties.WRITE_DATA_LOCATION, table.location() + "/data");
        return table.io() instanceof LocalFileIO files && files.holds(LocalFileIO.path(location))
                ? path(location)
                : null;
    }

    private static List<Path> writtenBefore(Instant limit, Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(".parquet"))
                    .filter(file -> isOlder(file, limit))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list " + folder, e);
        }
    }

    private static boolean isOlder(Path file, Instant limit) {
        Instant written = written(file);
        return written != null && written.isBefore(limit);
    }

    private static @Nullable Instant written(Path file) {
        try {
            return Files.getLastModifiedTime(file).toInstant();
        } catch (IOException gone) {
            return null;
        }
    }

    /** The files of all snapshots that the table still has. */
    private static Set<Path> known(Table table) {
        Map<String, ManifestFile> manifests = new HashMap<>();
        for (Snapshot snapshot : table.snapshots()) {
            snapshot.allManifests(table.io()).forEach(file -> manifests.put(file.path(), file));
        }
        Set<Path> known = new HashSet<>();
        for (ManifestFile manifest : manifests.values()) {
            addFiles(manifest, table, known);
        }
        return known;
    }

    private static void addFiles(ManifestFile manifest, Table table, Set<Path> known) {
        try {
            if (manifest.content() == ManifestContent.DATA) {
                try (CloseableIterable<String> paths =
                        ManifestFiles.readPaths(manifest, table.io(), table.specs())) {
                    paths.forEach(path -> known.add(path(path)));
                }
            } else {
                try (ManifestReader<DeleteFile> deletes =
                        ManifestFiles.readDeleteManifest(manifest, table.io(), table.specs())) {
                    deletes.forEach(file -> known.add(path(file.location())));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + manifest.path(), e);
        }
    }

    /** Without links, so that the same file is never known by one name and listed by another. */
    private static Path path(String location) {
        Path path = LocalFileIO.path(location);
        try {
            return path.toRealPath();
        } catch (IOException gone) {
            return path.toAbsolutePath().normalize();
        }
    }
}
