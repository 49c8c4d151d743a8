package io.tallyflow.connectors.iceberg.upkeep;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.connectors.iceberg.table.LakeTable;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.apache.iceberg.DataFile;
import org.junit.jupiter.api.Test;

final class DayPlanTest {

    private static final long TARGET = 100;

    @Property(tries = 200)
    void leavesAtMostOneSmallFileAndPutsEachInOnePlace(
            @ForAll @Size(max = 40) List<@IntRange(min = 1, max = 150) Integer> sizes) {
        DayPlan plan = plan(sizes);
        List<Long> after = new ArrayList<>();
        for (DataFile file : plan.files()) {
            if (!plan.replaced().contains(file)) {
                after.add(file.fileSizeInBytes());
            } else {
                assertThat(file.fileSizeInBytes()).isLessThan(TARGET / 2);
            }
        }
        plan.bins().forEach(bin -> after.add(size(bin)));
        assertThat(plan.replaced()).doesNotHaveDuplicates();
        assertThat(plan.bins()).allMatch(bin -> bin.size() > 1 && size(bin) <= TARGET);
        assertThat(after).filteredOn(size -> size < TARGET / 2).hasSizeLessThan(2);
        assertThat(plan.expected().filesAfter()).isEqualTo(after.size());
    }

    @Test
    void countsTheWholeDay() {
        CompactedDay day = plan(List.of(10, 20, 90)).done(List.of(file(9, 25)));
        assertThat(day.filesBefore()).isEqualTo(3);
        assertThat(day.filesAfter()).isEqualTo(2);
        assertThat(day.bytesBefore()).isEqualTo(120);
        assertThat(day.bytesAfter()).isEqualTo(115);
        assertThat(day.rows()).as("one of two in the new file, others deleted it").isEqualTo(2);
    }

    @Test
    void isNotNeededForOneSmallFileAmongLargeOnes() {
        assertThat(plan(List.of(49, 50, 100, 200)).isNeeded()).isFalse();
        assertThat(plan(List.of(49, 49, 100)).isNeeded()).isTrue();
    }

    private static DayPlan plan(List<Integer> sizes) {
        List<DataFile> files = new ArrayList<>();
        for (int i = 0; i < sizes.size(); i++) {
            files.add(file(i, sizes.get(i)));
        }
        return DayPlan.of(LakeTable.EVENTS, LocalDate.of(2026, 3, 1), files, Map.of(), TARGET);
    }

    private static DataFile file(int number, long bytes) {
        return org.apache.iceberg.DataFiles.builder(LakeTable.EVENTS.spec())
                .withPath("file:/none/" + number + ".parquet")
                .withPartitionPath("time_day=2026-03-01")
                .withFileSizeInBytes(bytes)
                .withRecordCount(1)
                .build();
    }

    private static long size(List<DataFile> files) {
        return files.stream().mapToLong(DataFile::fileSizeInBytes).sum();
    }
}
