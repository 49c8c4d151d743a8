package io.tallyflow.benchmarks.backfill;

import io.tallyflow.connectors.iceberg.table.Lake;
import io.tallyflow.connectors.iceberg.table.LakeTable;
import io.tallyflow.connectors.iceberg.table.Position;
import io.tallyflow.connectors.iceberg.table.SnapshotNote;
import io.tallyflow.schemas.commit.CommitName;
import java.io.IOException;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.PartitionKey;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.parquet.InternalWriter;
import org.apache.iceberg.io.DataWriter;
import org.apache.iceberg.parquet.Parquet;
import org.jspecify.annotations.Nullable;

/**
 * A lake of accepted events, without a job that wrote it: some files for each day, and one batch in
 * which all of them came.
 */
final class PastLake {

    /** The day after the last one. */
    static final LocalDate END = LocalDate.of(2026, 7, 1);

    static final String TYPE = "prompt";

    /** Distinct ones. */
    static final int SUBJECTS = 500;

    private static final int FILES_OF_DAY = 4;
    private static final int MODELS = 5;
    private static final int KINDS = 2;
    private static final long BEFORE_EVERY_REQUEST = 0;
    private static final CommitName BATCH = new CommitName(1, 1);

    private final Lake lake;
    private final long events;
    private final int days;
    private final Random random = new Random(1);

    /**
     * @param days over which the events are spread
     */
    PastLake(Lake lake, long events, int days) {
        this.lake = lake;
        this.events = events;
        this.days = days;
    }

    /** Makes it; returns the name of its batch. */
    CommitName write() throws IOException {
        lake.create();
        SnapshotNote note =
                new SnapshotNote(new Position(BATCH, 0), CommitName.NONE, Long.MIN_VALUE, null);
        for (LakeTable name : LakeTable.values()) {
            Table table = lake.table(name);
            table.refresh();
            AppendFiles append = table.newAppend();
            if (name == LakeTable.EVENTS) {
                appendEvents(table, append);
            }
            note.writeTo(append, "past");
            append.commit();
        }
        return BATCH;
    }

    private void appendEvents(Table table, AppendFiles append) throws IOException {
        long files = (long) days * FILES_OF_DAY;
        for (long file = 0; file < files; file++) {
            LocalDate day = END.minusDays(days - file / FILES_OF_DAY);
            long first = events * file / files;
            append.appendFile(file(table, day, first, events * (file + 1) / files));
        }
    }

    private DataFile file(Table table, LocalDate day, long first, long end) throws IOException {
        long start = TimeUnit.SECONDS.toMicros(day.atStartOfDay(ZoneOffset.UTC).toEpochSecond());
        GenericRecord row = GenericRecord.create(table.schema());
        PartitionKey partition = new PartitionKey(table.spec(), table.schema());
        partition.set(0, Math.toIntExact(day.toEpochDay()));
        DataWriter<GenericRecord> writer =
                Parquet.writeData(
                                table.io()
                                        .newOutputFile(
                                                table.locationProvider()
                                                        .newDataLocation(
                                                                table.spec(),
                                                                partition,
                                                                UUID.randomUUID() + ".parquet")))
                        .forTable(table)
                        .withSpec(table.spec())
                        .withPartition(partition)
                        .createWriterFunc(InternalWriter::createWriter)
                        .build();
        try (writer) {
            for (long number = first; number < end; number++) {
                fill(row, number, start);
                writer.write(row);
            }
        }
        return writer.toDataFile();
    }

    private void fill(GenericRecord row, long number, long startOfDay) {
        long micros = startOfDay + (long) (random.nextInt(86_400_000)) * 1_000;
        @Nullable Object[] values = {
            "customer-" + random.nextInt(SUBJECTS),
            "gateway",
            new UUID(random.nextLong(), number).toString(),
            TYPE,
            micros,
            "{\"tokens\":%d,\"model\":\"model-%d\",\"type\":\"kind-%d\",\"user\":\"user-%d\"}"
                    .formatted(
                            random.nextInt(5_000),
                            random.nextInt(MODELS),
                            random.nextInt(KINDS),
                            random.nextInt(100_000)),
            0,
            number,
            micros,
            BATCH.checkpoint(),
            Math.toIntExact(BEFORE_EVERY_REQUEST)
        };
        for (int column = 0; column < values.length; column++) {
            row.set(column, values[column]);
        }
    }
}
