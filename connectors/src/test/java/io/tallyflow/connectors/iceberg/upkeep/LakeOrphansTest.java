package io.tallyflow.connectors.iceberg.upkeep;

import static io.tallyflow.connectors.iceberg.upkeep.CompactedLake.numbers;
import static io.tallyflow.connectors.iceberg.upkeep.CompactedLake.write;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.connectors.iceberg.commit.LakeRig;
import io.tallyflow.connectors.iceberg.commit.LakeRig.Snapshot;
import io.tallyflow.connectors.iceberg.table.Lake;
import io.tallyflow.connectors.iceberg.table.LakeTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a job has yet to put in is no orphan, however old. */
final class LakeOrphansTest extends LakeDaysTest {

    private static final int TABLES = LakeTable.values().length;

    @Test
    void areNotFilesThatWaitSinceALongOutage() throws Exception {
        Snapshot third;
        try (LakeRig rig = days.rig(null)) {
            write(rig, 0, 30);
            rig.checkpoint(1);
            write(rig, 30, 60);
            rig.barrier(2);
            write(rig, 60, 90);
            third = rig.barrier(3);
        }
        ageAll(5);
        List<Path> found = new ArrayList<>();
        // Once one of the tables has the second batch, and once all have.
        lake.overtake(
                1,
                () -> {
                    found.addAll(orphans());
                    lake.overtake(TABLES - 2, () -> found.addAll(orphans()));
                    return null;
                });
        try (LakeRig rig = days.rig(third)) {
            assertThat(found).isEmpty();
            assertThat(lake.head().commit().checkpoint()).isEqualTo(3);
            write(rig, 90, 120);
            rig.checkpoint(4);
        }
        assertThat(lake.events()).isEqualTo(numbers(120));
        assertThat(orphans()).isEmpty();
    }

    @Test
    void areFilesThatWereWrittenLongBeforeThoseOfTheNewestBatch() throws Exception {
        days.writeEvents(1);
        Path left = days.dataFiles().get(0).resolveSibling("left.parquet");
        Files.writeString(left, "left by a killed writer");
        age(left, 4);
        assertThat(orphans()).containsExactly(left);
        ageAll(4);
        assertThat(orphans()).isEmpty();
    }

    private List<Path> orphans() throws IOException {
        try (Lake tables = Lake.open(lake.options())) {
            return new LakeOrphans(tables).find(LakeTable.EVENTS);
        }
    }

    private void ageAll(int age) throws IOException {
        for (Path file : days.dataFiles()) {
            age(file, age);
        }
    }

    private static void age(Path file, int age) throws IOException {
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(Duration.ofDays(age))));
    }
}
