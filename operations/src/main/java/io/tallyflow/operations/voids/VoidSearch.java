package io.tallyflow.operations.voids;

import io.tallyflow.connectors.iceberg.table.LakeTable;
import io.tallyflow.connectors.iceberg.table.LakeView;
import io.tallyflow.connectors.iceberg.table.RowsOfFile;
import io.tallyflow.connectors.iceberg.table.SubjectFilter;
import io.tallyflow.connectors.postgres.patch.VoidEvent;
import io.tallyflow.connectors.postgres.patch.VoidTarget;
import io.tallyflow.connectors.postgres.patch.WantedTarget;
import io.tallyflow.functions.deduplicate.Identity;
import io.tallyflow.operations.counting.Workers;
import io.tallyflow.schemas.event.VoidRequest;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.io.CloseableIterable;

/** Finds voids in the lake, and the events that they name. */
final class VoidSearch {

    private static final Comparator<VoidEvent> FIRST_COME =
            Comparator.comparingLong(VoidEvent::checkpoint)
                    .thenComparing(VoidEvent::requestedAt)
                    .thenComparing(VoidEvent::key);

    private final LakeView view;
    private final Workers workers;

    VoidSearch(LakeView view, Workers workers) {
        this.view = view;
        this.workers = workers;
    }

    /** Takes a row. One for each worker. */
    private interface Looking<T> {
        void look(StructLike row, List<T> found);
    }

    /**
     * The voids that were accepted after a checkpoint, those that came first first.
     *
     * @throws Exception if the lake cannot be read
     */
    List<VoidEvent> voids(long after) throws Exception {
        List<VoidEvent> found =
                all(
                        Expressions.and(Expressions.equal("type", VoidRequest.TYPE), later(after)),
                        List.of("subject", "source", "id", "time", "data", "checkpoint"),
                        () -> {
                            Identity identity = new Identity();
                            return (row, all) -> all.add(event(row, identity));
                        });
        found.sort(FIRST_COME);
        return found;
    }

    private static Expression later(long checkpoint) {
        return checkpoint > 0
                ? Expressions.greaterThan("checkpoint", checkpoint)
                : Expressions.alwaysTrue();
    }

    private static VoidEvent event(StructLike row, Identity identity) {
        String subject = row.get(0, String.class);
        VoidRequest request = VoidData.read(subject, row.get(4, String.class));
        return new VoidEvent(
                identity.keyOf(subject, row.get(1, String.class), row.get(2, String.class)),
                request == null ? null : identity.keyOf(subject, request.source(), request.id()),
                subject,
                request == null ? null : request.source(),
                request == null ? null : request.id(),
                request == null ? null : request.reason(),
                instant(row.get(3, Long.class)),
                row.get(5, Long.class));
    }

    private static Instant instant(long micros) {
        return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
    }

    /**
     * Those events that are there. A void is no event that can be taken back.
     *
     * @param after checkpoint by which they were not there
     * @throws Exception if the lake cannot be read
     */
    List<VoidTarget> targets(Collection<WantedTarget> wanted, long after) throws Exception {
        if (wanted.isEmpty()) {
            return List.of();
        }
        Set<UUID> keys = wanted.stream().map(WantedTarget::key).collect(Collectors.toSet());
        Set<String> subjects =
                wanted.stream().map(WantedTarget::subject).collect(Collectors.toSet());
        return all(
                Expressions.and(
                        Expressions.notEqual("type", VoidRequest.TYPE),
                        later(after),
                        SubjectFilter.of(subjects)),
                List.of("subject", "source", "id", "type", "time", "checkpoint"),
                () -> {
                    Identity identity = new Identity();
                    return (row, all) -> {
                        String subject = row.get(0, String.class);
                        if (subjects.contains(subject)) {
                            String source = row.get(1, String.class);
                            String id = row.get(2, String.class);
                            UUID key = identity.keyOf(subject, source, id);
                            if (keys.contains(key)) {
                                all.add(
                                        new VoidTarget(
                                                key,
                                                subject,
                                                source,
                                                id,
                                                row.get(3, String.class),
                                                instant(row.get(4, Long.class)),
                                                row.get(5, Long.class)));
                            }
                        }
                    };
                });
    }

    private <T> List<T> all(Expression filter, List<String> columns, Supplier<Looking<T>> looks)
            throws Exception {
        Queue<RowsOfFile> parts =
                new ConcurrentLinkedQueue<>(view.parts(LakeTable.EVENTS, filter, columns));
        List<Callable<List<T>>> tasks = new ArrayList<>();
        for (int i = 0; i < workers.many(); i++) {
            tasks.add(() -> look(parts, looks.get()));
        }
        List<T> found = new ArrayList<>();
        workers.all(tasks).forEach(found::addAll);
        return found;
    }

    private static <T> List<T> look(Queue<RowsOfFile> parts, Looking<T> looking) throws Exception {
        List<T> found = new ArrayList<>();
        for (RowsOfFile part = parts.poll(); part != null; part = parts.poll()) {
            try (CloseableIterable<StructLike> rows = part.read()) {
                for (StructLike row : rows) {
                    looking.look(row, found);
                }
            }
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        }
        return found;
    }
}
