package io.tallyflow.connectors.iceberg;

import static io.tallyflow.connectors.iceberg.upkeep.CompactedLake.FEBRUARY_27;
import static io.tallyflow.connectors.iceberg.upkeep.CompactedLake.FEBRUARY_28;
import static io.tallyflow.connectors.iceberg.upkeep.CompactedLake.MARCH_1;
import static io.tallyflow.connectors.iceberg.upkeep.CompactedLake.numbers;
import static io.tallyflow.connectors.iceberg.upkeep.CompactedLake.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallyflow.connectors.iceberg.commit.LakeFixture;
import io.tallyflow.connectors.iceberg.commit.LakeRig;
import io.tallyflow.connectors.iceberg.commit.LakeRig.Snapshot;
import io.tallyflow.connectors.iceberg.table.Lake;
import io.tallyflow.connectors.iceberg.table.LakeExpiry;
import io.tallyflow.connectors.iceberg.table.LakeTable;
import io.tallyflow.connectors.iceberg.table.LakeView;
import io.tallyflow.connectors.iceberg.upkeep.CompactedLake;
import io.tallyflow.connectors.iceberg.upkeep.LakeOrphans;
import io.tallyflow.connectors.iceberg.write.LakeSchedule;
import io.tallyflow.connectors.store.S3Server;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.iceberg.Table;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.io.CloseableIterable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The lake in an S3 store that is reached by properties of the catalog alone. */
@Timeout(120)
final class S3LakeTest {

    private static final String WAREHOUSE = "s3://" + S3Server.BUCKET + "/lake";
    private static final String EVENTS_DATA = "lake/tallyflow/events/data/";

    @TempDir private Path staging;
    private S3Server store;
    private LakeFixture lake;
    private CompactedLake days;

    @BeforeEach
    void start() throws Exception {
        store = new S3Server();
        lake = new LakeFixture(WAREHOUSE, properties());
        days = new CompactedLake(lake, staging);
    }

    @AfterEach
    void stop() throws Exception {
        lake.close();
        store.close();
    }

    private Map<String, String> properties() {
        Map<String, String> properties = new HashMap<>(store.lakeProperties());
        properties.put("s3.staging-dir", staging.toString());
        return properties;
    }

    @Test
    void holdsEveryRowOnceOverRestarts() throws Exception {
        days.demandEveryRowOnceOverRestarts();
        assertThat(readInOneView()).isEqualTo(numbers(90));
        for (LakeTable table : LakeTable.values()) {
            assertThat(store.objects("lake/tallyflow/" + table.tableName() + "/metadata/"))
                    .isNotEmpty();
        }
    }

    private List<Long> readInOneView() throws IOException {
        try (Lake tables = Lake.open(lake.options());
                CloseableIterable<org.apache.iceberg.StructLike> rows =
                        LakeView.of(tables)
                                .scan(LakeTable.EVENTS, Expressions.alwaysTrue(), List.of("id"))) {
            Stream.Builder<Long> numbers = Stream.builder();
            rows.forEach(row -> numbers.add(Long.parseLong(row.get(0, String.class))));
            return numbers.build().sorted().toList();
        }
    }

    @Test
    void goesBackToAnOlderStateAndOnExactly() throws Exception {
        Snapshot first = days.batches(2).get(0);
        try (LakeRig rig = days.rewound(first)) {
            write(rig, 100, 110);
            rig.checkpoint(2);
        }
        assertThat(lake.events())
                .isEqualTo(
                        LongStream.concat(LongStream.range(0, 30), LongStream.range(100, 110))
                                .boxed()
                                .toList());
        assertThat(lake.head().epoch()).isEqualTo(1);
    }

    @Test
    void compactsAndDeletesWhatOnlyExpiredSnapshotsHeld() throws Exception {
        try (LakeRig rig = days.rig(null)) {
            for (int batch = 1; batch <= 3; batch++) {
                write(rig, (batch - 1) * 300L, batch * 300L);
                rig.checkpoint(batch);
            }
            assertThat(store.objects(EVENTS_DATA)).hasSize(9);
            days.compactAll();
            assertThat(days.filesByDay(LakeTable.EVENTS))
                    .isEqualTo(Map.of(FEBRUARY_27, 1, FEBRUARY_28, 1, MARCH_1, 3));
            write(rig, 900, 1_200);
            rig.checkpoint(4);
        }
        assertThat(store.objects(EVENTS_DATA)).hasSize(14);
        try (Lake tables = Lake.open(lake.options())) {
            Table events = tables.table(LakeTable.EVENTS);
            new LakeExpiry(1, 1, Duration.ZERO).expire(events);
            assertThat(new LakeOrphans(tables).find(LakeTable.EVENTS)).isEmpty();
        }
        assertThat(store.objects(EVENTS_DATA)).hasSize(8);
        assertThat(lake.events()).isEqualTo(numbers(1_200));
    }

    @Test
    void putsAFileIntoTheStoreWhenItIsClosed() throws Exception {
        LakeSchedule everyThird = new LakeSchedule(3);
        try (LakeRig rig = new LakeRig(lake, everyThird, 1, null, null)) {
            write(rig, 0, 3_000);
            rig.checkpoint(1);
            assertThat(store.objects(EVENTS_DATA)).isEmpty();
            rig.checkpoint(3);
        }
        assertThat(store.objects(EVENTS_DATA)).hasSize(3);
        assertThat(staged()).isEmpty();
        assertThat(lake.events()).isEqualTo(numbers(3_000));
    }

    private List<Path> staged() throws IOException {
        try (Stream<Path> files = Files.list(staging)) {
            return files.toList();
        }
    }

    @Test
    void isNotMadeWithWrongKeys() throws IOException {
        Map<String, String> wrong = properties();
        wrong.put("s3.secret-access-key", "wrong");
        LakeFixture other = new LakeFixture(WAREHOUSE + "-2", wrong);
        assertThatThrownBy(() -> new LakeRig(other, new LakeSchedule(1), 1, null, null))
                .hasMessageContaining("LAKE_REFUSED")
                .hasMessageContaining("403")
                .hasMessageNotContaining(store.secret());
        assertThat(store.objects("lake-2/")).isEmpty();
    }
}
