package io.tallyflow.connectors.iceberg.upkeep;

import io.tallyflow.connectors.iceberg.table.LakeTable;
import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/**
 * What a compaction does to one day of a table.
 *
 * @param day UTC, of event time or window start
 * @param filesBefore all data files of the day
 * @param filesAfter as many as remain of them
 * @param bytesAfter null if nothing was written, but only planned
 * @param rows of the day, before and after but for those that others had deleted
 */
public record CompactedDay(
        LakeTable table,
        LocalDate day,
        int filesBefore,
        int filesAfter,
        long bytesBefore,
        @Nullable Long bytesAfter,
        long rows) {}
