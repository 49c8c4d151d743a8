package io.tallyflow.connectors.iceberg.write;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.connectors.iceberg.commit.LakeFixture;
import io.tallyflow.connectors.iceberg.commit.LakeRig;
import io.tallyflow.connectors.iceberg.commit.LakeRig.Snapshot;
import io.tallyflow.schemas.stream.LakeRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that get so many rows per checkpoint that they have no log. */
final class LakeRushTest {

    private static final int MANY = OpenFile.RUSH_ROWS;

    @TempDir private Path folder;
    private LakeFixture lake;

    @BeforeEach
    void makeTables() throws IOException {
        lake = new LakeFixture(folder);
    }

    @AfterEach
    void dropCatalog() {
        lake.close();
    }

    @Test
    void holdsEveryRowOnceWhenManyComePerCheckpointAndTheProcessIsKilled() throws Exception {
        Snapshot second;
        try (LakeRig rig = rig(null)) {
            write(rig, 0, MANY);
            rig.checkpoint(1);
            assertThat(files()).as("closed before their time").hasSize(1);
            write(rig, MANY, MANY + 10);
            second = rig.checkpoint(2);
            assertThat(files()).as("closed, for they have no log").hasSize(2);
            write(rig, MANY + 10, MANY + 20);
            rig.barrier(3); // never complete
        }
        try (LakeRig rig = rig(second)) {
            write(rig, MANY + 10, MANY + 30);
            rig.checkpoint(5);
        }
        assertThat(lake.events()).isEqualTo(numbers(MANY + 30));
    }

    @Test
    void logsRowsAgainWhenNoLongerManyComePerCheckpoint() throws Exception {
        Snapshot third;
        try (LakeRig rig = rig(null)) {
            write(rig, 0, MANY);
            rig.checkpoint(1);
            write(rig, MANY, MANY + 10);
            rig.checkpoint(2);
            write(rig, MANY + 10, MANY + 20);
            third = rig.checkpoint(3);
            assertThat(files()).as("the third is open").hasSize(2);
        }
        try (LakeRig rig = rig(third)) {
            rig.checkpoint(5);
        }
        assertThat(lake.events()).isEqualTo(numbers(MANY + 20));
    }

    private LakeRig rig(@Nullable Snapshot from) throws Exception {
        return new LakeRig(lake, new LakeSchedule(5), 1, from, null);
    }

    private static void write(LakeRig rig, long from, long to) throws Exception {
        for (long i = from; i < to; i++) {
            rig.write(0, LakeRow.accepted(LakeFixture.usageEvent(i, 0), 7));
        }
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(file -> file.toString().endsWith(".parquet")).toList();
        }
    }

    private static List<Long> numbers(long count) {
        return LongStream.range(0, count).boxed().toList();
    }
}
