package io.tallyflow.connectors.iceberg.upkeep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallyflow.connectors.iceberg.commit.LakeFixture;
import io.tallyflow.connectors.iceberg.commit.LakeRig;
import io.tallyflow.connectors.iceberg.commit.LakeRig.Snapshot;
import io.tallyflow.connectors.iceberg.table.DataFiles;
import io.tallyflow.connectors.iceberg.table.Lake;
import io.tallyflow.connectors.iceberg.table.LakeTable;
import io.tallyflow.connectors.iceberg.write.LakeSchedule;
import io.tallyflow.schemas.commit.RewindTarget;
import io.tallyflow.schemas.stream.LakeRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.Table;
import org.apache.iceberg.io.CloseableIterable;
import org.jspecify.annotations.Nullable;

/**
 * A lake whose events are of 27 and 28 February and of 1 March, a third each. Windows have settled
 * until 1 March, 6:00, so that the first two days are closed.
 */
public record CompactedLake(LakeFixture lake, Path folder) {

    public static final CompactionRules RULES = new CompactionRules(0, 1024 * 1024);
    public static final LocalDate FEBRUARY_27 = LocalDate.of(2026, 2, 27);
    public static final LocalDate FEBRUARY_28 = LocalDate.of(2026, 2, 28);
    public static final LocalDate MARCH_1 = LocalDate.of(2026, 3, 1);

    private static final LakeSchedule EVERY = new LakeSchedule(1);
    private static final long SETTLED = Instant.parse("2026-03-01T06:00:00Z").toEpochMilli();

    /** 300 events per batch, in order of their numbers. */
    public void writeEvents(int batches) throws Exception {
        try (LakeRig rig = rig(null)) {
            for (int batch = 0; batch < batches; batch++) {
                write(rig, batch * 300, (batch + 1) * 300);
                rig.checkpoint(batch + 1);
            }
        }
    }

    /** 30 events per batch, in order of their numbers; the state after each. */
    public List<Snapshot> batches(int count) throws Exception {
        try (LakeRig rig = rig(null)) {
            return writeBatches(rig, 1, count);
        }
    }

    /** Batches by number, the first and the last among them; each has its checkpoint's number. */
    public static List<Snapshot> writeBatches(LakeRig rig, int first, int last) throws Exception {
        List<Snapshot> states = new ArrayList<>();
        for (int batch = first; batch <= last; batch++) {
            write(rig, (batch - 1) * 30L, batch * 30L);
            states.add(rig.checkpoint(batch));
        }
        return states;
    }

    /** Events by number, the last not among them. */
    public static void write(LakeRig rig, long from, long to) throws Exception {
        for (long i = from; i < to; i++) {
            rig.write(0, LakeFixture.event(i));
        }
        rig.write(0, LakeRow.settledUntil(SETTLED));
    }

    /** The stream, from a state or without one. */
    public LakeRig rig(@Nullable Snapshot from) throws Exception {
        return new LakeRig(lake, EVERY, 1, from, null);
    }

    /** The stream, from an older state. */
    public LakeRig rewound(Snapshot from) throws Exception {
        return new LakeRig(lake, EVERY, 1, from, new RewindTarget(1, 0));
    }

    /**
     * 90 events in three batches, the second of them made by a restart; a start from before the
     * third is refused.
     */
    public void demandEveryRowOnceOverRestarts() throws Exception {
        Snapshot second;
        try (LakeRig rig = rig(null)) {
            write(rig, 0, 30);
            rig.checkpoint(1);
            write(rig, 30, 60);
            second = rig.barrier(2);
        }
        assertThat(lake.events()).isEqualTo(numbers(30));
        try (LakeRig rig = rig(second)) {
            assertThat(lake.events()).isEqualTo(numbers(60));
            write(rig, 60, 90);
            rig.checkpoint(3);
        }
        assertThat(lake.events()).isEqualTo(numbers(90));
        assertThatThrownBy(() -> rig(second)).hasMessageContaining("SINK_REGRESSED");
        assertThat(lake.head().commit().checkpoint()).isEqualTo(3);
    }

    /** All that is planned for all tables. */
    public List<CompactedDay> compactAll() throws IOException {
        List<CompactedDay> done = new ArrayList<>();
        try (Lake tables = Lake.open(lake.options())) {
            LakeCompaction compaction = new LakeCompaction(tables, RULES);
            for (LakeTable table : LakeTable.values()) {
                for (CompactedDay planned : compaction.plan(table)) {
                    done.add(compaction.compact(table, planned.day()));
                }
            }
        }
        return done;
    }

    /** One day of the events. */
    public @Nullable CompactedDay compact(LocalDate day) throws IOException {
        try (Lake tables = Lake.open(lake.options())) {
            return new LakeCompaction(tables, RULES).compact(LakeTable.EVENTS, day);
        }
    }

    /** The numbers below. */
    public static List<Long> numbers(long count) {
        return LongStream.range(0, count).boxed().toList();
    }

    /** The events of a day in the order of its files. */
    public List<Map<String, Object>> rowsOf(LocalDate day) throws IOException {
        try (Lake tables = Lake.open(lake.options())) {
            Table table = tables.table(LakeTable.EVENTS);
            return read(files(table, day), table);
        }
    }

    /** All rows of some files. */
    public static List<Map<String, Object>> read(List<DataFile> files, Table table)
            throws IOException {
        List<Map<String, Object>> rows = new ArrayList<>();
        for (DataFile file : files) {
            try (CloseableIterable<StructLike> all = DataFiles.rows(file, table)) {
                for (StructLike row : all) {
                    Map<String, Object> columns = new HashMap<>();
                    for (int i = 0; i < row.size(); i++) {
                        columns.put(
                                table.schema().columns().get(i).name(), row.get(i, Object.class));
                    }
                    rows.add(columns);
                }
            }
        }
        return rows;
    }

    /** How many files each day has. */
    public Map<LocalDate, Integer> filesByDay(LakeTable name) throws IOException {
        Map<LocalDate, Integer> count = new HashMap<>();
        try (Lake tables = Lake.open(lake.options())) {
            for (LocalDate day : List.of(FEBRUARY_27, FEBRUARY_28, MARCH_1)) {
                count.put(day, files(tables.table(name), day).size());
            }
        }
        return count;
    }

    /** The files of a day. */
    public static List<DataFile> files(Table table, LocalDate day) throws IOException {
        List<DataFile> files = new ArrayList<>();
        try (CloseableIterable<FileScanTask> tasks = table.newScan().planFiles()) {
            for (FileScanTask task : tasks) {
                if (task.file().partition().get(0, Integer.class) == day.toEpochDay()) {
                    files.add(task.file());
                }
            }
        }
        return files;
    }

    /** Whatever lies in the folder of the events. */
    public List<Path> dataFiles() throws IOException {
        try (Stream<Path> all = Files.walk(folder.toRealPath())) {
            return all.filter(file -> file.toString().endsWith(".parquet"))
                    .filter(file -> file.toString().contains("/events/"))
                    .sorted()
                    .toList();
        }
    }
}
