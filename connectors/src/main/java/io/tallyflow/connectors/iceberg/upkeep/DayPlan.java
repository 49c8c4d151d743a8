package io.tallyflow.connectors.iceberg.upkeep;

import io.tallyflow.connectors.iceberg.table.LakeTable;
import java.time.LocalDate;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.util.BinPacking;
import org.jspecify.annotations.Nullable;

/**
 * Which files of a day become one. First fit: of the files that come out of it at most one is small
 * again, so that compaction comes to an end.
 *
 * @param files all of the day
 * @param deletes of each file, by its location
 * @param bins files that become one each; a file that stands alone is in none
 */
record DayPlan(
        LakeTable table,
        LocalDate day,
        List<DataFile> files,
        Map<String, List<DeleteFile>> deletes,
        List<List<DataFile>> bins) {

    /** By age, so that the same files always make the same bins. */
    private static final Comparator<DataFile> BY_AGE =
            Comparator.comparing(
                            DataFile::fileSequenceNumber,
                            Comparator.nullsFirst(Comparator.<Long>naturalOrder()))
                    .thenComparing(DataFile::location);

    static DayPlan of(
            LakeTable table,
            LocalDate day,
            List<DataFile> files,
            Map<String, List<DeleteFile>> deletes,
            long targetBytes) {
        List<DataFile> small =
                files.stream()
                        .filter(file -> file.fileSizeInBytes() < targetBytes / 2)
                        .sorted(BY_AGE)
                        .toList();
        List<List<DataFile>> bins =
                new BinPacking.ListPacker<DataFile>(targetBytes, Math.max(1, small.size()), false)
                        .pack(small, DataFile::fileSizeInBytes);
        return new DayPlan(
                table, day, files, deletes, bins.stream().filter(bin -> bin.size() > 1).toList());
    }

    boolean isNeeded() {
        return !bins.isEmpty();
    }

    /** The files that go. */
    List<DataFile> replaced() {
        return bins.stream().flatMap(List::stream).toList();
    }

    /** Before anything is written. */
    CompactedDay expected() {
        return result(null, rows(files));
    }

    /** With these files in place of those that go. */
    CompactedDay done(List<DataFile> written) {
        return result(
                bytes(files) - bytes(replaced()) + bytes(written),
                rows(files) - rows(replaced()) + rows(written));
    }

    private CompactedDay result(@Nullable Long bytesAfter, long rows) {
        return new CompactedDay(
                table,
                day,
                files.size(),
                files.size() - replaced().size() + bins.size(),
                bytes(files),
                bytesAfter,
                rows);
    }

    static long rows(List<DataFile> files) {
        return files.stream().mapToLong(DataFile::recordCount).sum();
    }

    private static long bytes(List<DataFile> files) {
        return files.stream().mapToLong(DataFile::fileSizeInBytes).sum();
    }
}
