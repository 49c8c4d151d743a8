package io.tallyflow.operations.imports;

import io.tallyflow.connectors.iceberg.table.LakeTable;
import io.tallyflow.connectors.iceberg.table.LakeView;
import io.tallyflow.connectors.iceberg.table.RowsOfFile;
import io.tallyflow.connectors.iceberg.table.SubjectFilter;
import io.tallyflow.functions.deduplicate.Identity;
import io.tallyflow.operations.counting.Workers;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.io.CloseableIterable;

/** Looks identities up among all events that the lake has accepted, however old they are. */
final class KnownIdentities {

    private static final List<String> COLUMNS = List.of("subject", "source", "id");

    private final Workers workers;
    private final ImportListener listener;

    KnownIdentities(Workers workers, ImportListener listener) {
        this.workers = workers;
        this.listener = listener;
    }

    /**
     * Marks those that are known.
     *
     * @param subjects of the identities; empty if they are too many to name
     */
    void mark(IdentityTable identities, Collection<String> subjects, LakeView view)
            throws Exception {
        Expression filter =
                subjects.isEmpty() ? Expressions.alwaysTrue() : SubjectFilter.of(subjects);
        List<RowsOfFile> parts = view.parts(LakeTable.EVENTS, filter, COLUMNS);
        listener.looksUp(parts.size());
        Queue<RowsOfFile> queue = new ConcurrentLinkedQueue<>(parts);
        List<Callable<Boolean>> looks = new ArrayList<>();
        for (int i = 0; i < workers.many(); i++) {
            looks.add(() -> look(queue, identities));
        }
        workers.all(looks);
    }

    private boolean look(Queue<RowsOfFile> parts, IdentityTable identities) throws Exception {
        Identity identity = new Identity();
        for (RowsOfFile part = parts.poll(); part != null; part = parts.poll()) {
            try (CloseableIterable<StructLike> rows = part.read()) {
                for (StructLike row : rows) {
                    identities.know(
                            identity.of(
                                    row.get(0, String.class),
                                    row.get(1, String.class),
                                    row.get(2, String.class)));
                }
            }
            listener.lookedUp();
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        }
        return true;
    }
}
