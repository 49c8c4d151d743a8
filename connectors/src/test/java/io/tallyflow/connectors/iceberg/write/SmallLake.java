package io.tallyflow.connectors.iceberg.write;

import io.tallyflow.connectors.iceberg.table.DataFiles;
import io.tallyflow.connectors.iceberg.table.Lake;
import io.tallyflow.connectors.iceberg.table.LakeFile;
import io.tallyflow.connectors.iceberg.table.LakeOptions;
import io.tallyflow.connectors.iceberg.table.LakeTable;
import io.tallyflow.connectors.iceberg.table.Position;
import io.tallyflow.connectors.iceberg.table.SnapshotNote;
import io.tallyflow.connectors.postgres.PostgresServer;
import io.tallyflow.schemas.commit.CommitName;
import io.tallyflow.schemas.stream.LakeRow;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.RewriteFiles;
import org.apache.iceberg.Table;
import org.apache.iceberg.io.OutputFileFactory;

/**
 * A lake for tests, written without a job: rows go into files as the job's writers put them there,
 * and each batch is an append to every table that is noted as the job notes it.
 */
public final class SmallLake implements AutoCloseable {

    private static final String PIPELINE = "small";
    private static final long MICROS_PER_DAY = 86_400_000_000L;

    private final LakeOptions options;
    private final Lake lake;
    private CommitName head = CommitName.NONE;

    /**
     * Makes the tables.
     *
     * @param database holds the catalog
     * @param warehouse where the files go
     */
    public SmallLake(PostgresServer.Database database, Path warehouse) {
        this(options(database, warehouse));
    }

    /**
     * Makes the tables.
     *
     * @param options of the catalog
     */
    public SmallLake(LakeOptions options) {
        this.options = options;
        lake = Lake.open(options);
        lake.create();
    }

    /** A lake that may not be there yet. */
    public static LakeOptions options(PostgresServer.Database database, Path warehouse) {
        return options(database.url(), database.user(), warehouse);
    }

    /**
     * A lake that may not be there yet.
     *
     * @param url of the database that holds the catalog
     */
    public static LakeOptions options(String url, String user, Path warehouse) {
        return LakeOptions.of(
                Map.of(
                        "type",
                        "jdbc",
                        "uri",
                        url,
                        "jdbc.user",
                        user,
                        "jdbc.password",
                        "",
                        "jdbc.schema-version",
                        "V1",
                        "warehouse",
                        warehouse.toUri().toString()),
                PIPELINE,
                Duration.ofSeconds(10));
    }

    /** For others to open it with. */
    public LakeOptions options() {
        return options;
    }

    /** The tables, with what is needed to change them in any other way. */
    public Lake lake() {
        return lake;
    }

    /** Puts rows into all tables, as one batch; returns its name. */
    public CommitName commit(long settledUntilMillis, List<LakeRow> rows) throws IOException {
        return commit(settledUntilMillis, rows, LakeTable.values());
    }

    /** Puts rows into some tables only, as if the others were still to come. */
    public CommitName commit(long settledUntilMillis, List<LakeRow> rows, LakeTable... tables)
            throws IOException {
        CommitName name = new CommitName(7, head.checkpoint() + 1);
        Map<LakeTable, List<LakeRecord>> byTable = new EnumMap<>(LakeTable.class);
        for (LakeRow row : rows) {
            LakeRecord made = record(row, name.checkpoint());
            byTable.computeIfAbsent(made.table(), table -> new ArrayList<>()).add(made);
        }
        for (LakeTable table : tables) {
            SnapshotNote note =
                    new SnapshotNote(new Position(name, 0), head, settledUntilMillis, null);
            append(table, byTable.getOrDefault(table, List.of()), note);
        }
        head = name;
        return name;
    }

    /**
     * Puts rows into all tables of a lake that holds nothing, as the batch of a job's commit.
     *
     * @param epoch of the ledger
     */
    public void begin(CommitName name, long epoch, List<LakeRow> rows) throws IOException {
        Map<LakeTable, List<LakeRecord>> byTable = new EnumMap<>(LakeTable.class);
        for (LakeRow row : rows) {
            LakeRecord made = record(row, name.checkpoint());
            byTable.computeIfAbsent(made.table(), table -> new ArrayList<>()).add(made);
        }
        for (LakeTable table : LakeTable.values()) {
            append(
                    table,
                    byTable.getOrDefault(table, List.of()),
                    new SnapshotNote(new Position(name, epoch), head, Long.MIN_VALUE, null));
        }
        head = name;
    }

    private void append(LakeTable name, List<LakeRecord> rows, SnapshotNote note)
            throws IOException {
        Table table = lake.table(name);
        table.refresh();
        AppendFiles append = table.newAppend();
        for (LakeFile file : write(name, rows)) {
            append.appendFile(DataFiles.read(file, table));
        }
        note.writeTo(append, PIPELINE);
        append.commit();
    }

    /** Replaces all files of a table by one per day with the same rows, as compaction does. */
    public void compact(LakeTable name, List<LakeRow> rows) throws IOException {
        Table table = lake.table(name);
        table.refresh();
        RewriteFiles rewrite = table.newRewrite();
        try (var files = table.newScan().planFiles()) {
            files.forEach(task -> rewrite.deleteFile(task.file()));
        }
        List<LakeRecord> all = rows.stream().map(row -> record(row, head.checkpoint())).toList();
        for (LakeFile file : write(name, all)) {
            rewrite.addFile(DataFiles.read(file, table));
        }
        rewrite.commit();
    }

    private List<LakeFile> write(LakeTable name, List<LakeRecord> rows) throws IOException {
        OutputFileFactory names =
                OutputFileFactory.builderFor(lake.table(name), 0, 0)
                        .format(FileFormat.PARQUET)
                        .operationId(UUID.randomUUID().toString())
                        .build();
        Map<Long, OpenFile> days = new HashMap<>();
        for (LakeRecord row : rows) {
            long day = Math.floorDiv(row.dayMicros(), MICROS_PER_DAY);
            OpenFile file = days.get(day);
            if (file == null) {
                file = new OpenFile(lake.table(name), name, names, row, true);
                days.put(day, file);
            }
            file.write(row, Integer.MAX_VALUE);
        }
        List<LakeFile> closed = new ArrayList<>();
        for (OpenFile file : days.values()) {
            closed.add(file.close());
        }
        return closed;
    }

    private LakeRecord record(LakeRow row, long checkpoint) {
        if (row.accepted() != null) {
            return LakeRecords.accepted(row.accepted(), row.definitions(), checkpoint);
        } else if (row.stale() != null) {
            return LakeRecords.stale(row.stale(), checkpoint);
        } else if (row.settled() != null) {
            return LakeRecords.of(row.settled(), checkpoint);
        } else if (row.distinct() != null) {
            return LakeRecords.of(row.distinct(), checkpoint);
        }
        return LakeRecords.of(row.adjusted(), checkpoint);
    }

    @Override
    public void close() throws IOException {
        lake.close();
    }
}
