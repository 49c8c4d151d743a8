package io.tallyflow.results.lake;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Keeps back the usage of subjects that were not asked for, but for its earliest and its latest
 * part: an answer hangs on where all usage begins and ends.
 */
final class UsageOfOthers {

    private final Set<String> subjects;
    private @Nullable LakePart earliest;
    private @Nullable LakePart latest;

    /**
     * @param subjects that were asked for; none for all
     */
    UsageOfOthers(List<String> subjects) {
        this.subjects = Set.copyOf(subjects);
    }

    /** Whether a part is of others, and kept back. */
    boolean takes(LakePart part) {
        if (subjects.isEmpty() || subjects.contains(part.cell().subject())) {
            return false;
        }
        long start = part.cell().windowStartMillis();
        if (earliest == null || start < earliest.cell().windowStartMillis()) {
            earliest = part;
        }
        if (latest == null || start > latest.cell().windowStartMillis()) {
            latest = part;
        }
        return true;
    }

    /** The parts of others that are needed all the same. */
    List<LakePart> ends() {
        List<LakePart> ends = new ArrayList<>();
        if (earliest != null && latest != null) {
            ends.add(earliest);
            ends.add(latest);
        }
        return ends;
    }
}
