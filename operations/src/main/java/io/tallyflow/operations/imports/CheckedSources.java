package io.tallyflow.operations.imports;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * What sources hold, which were read once from end to end.
 *
 * @param rejected lines that are no events
 * @param bad the first of these
 */
record CheckedSources(long events, long rejected, List<BadLine> bad) {

    static CheckedSources of(List<EventSource> sources) throws IOException {
        Counting counting = new Counting();
        for (EventSource source : sources) {
            source.read(0, counting);
        }
        return new CheckedSources(counting.events, counting.rejected, counting.bad);
    }

    private static final class Counting implements EventSource.Visitor {
        private final List<BadLine> bad = new ArrayList<>();
        private long events;
        private long rejected;

        @Override
        public boolean event(SourcedEvent event) {
            events++;
            return true;
        }

        @Override
        public boolean bad(BadLine line) {
            rejected++;
            if (bad.size() < EventImport.NAMED_LINES) {
                bad.add(line);
            }
            return true;
        }
    }
}
