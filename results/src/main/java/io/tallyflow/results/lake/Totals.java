package io.tallyflow.results.lake;

import io.tallyflow.results.query.QueryRow;
import io.tallyflow.results.query.RowConsumer;
import io.tallyflow.schemas.meter.Aggregation;
import io.tallyflow.schemas.quantity.Quantity;
import io.tallyflow.schemas.state.UsagePartial;
import io.tallyflow.schemas.state.Utf8Order;
import io.tallyflow.schemas.usage.UsagePartials;
import io.tallyflow.schemas.usage.UsageValue;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Adds up what a question asks for: one total for each row of the answer. */
final class Totals {

    private static final Comparator<Key> ORDER =
            Comparator.<Key>comparingLong(key -> key.window().start())
                    .thenComparing(Key::subject, Comparator.nullsFirst(Utf8Order::compare))
                    .thenComparing(Key::texts, Totals::compare);

    private final LakeQuestion question;
    private final Windows windows;
    private final GroupTexts groups;
    private final Set<String> subjects;
    private final Extent usage = new Extent();
    private final Map<Key, Total> totals = new HashMap<>();

    private record Key(Window window, @Nullable String subject, List<String> texts) {}

    private static final class Total {
        private final Extent extent = new Extent();
        private final Set<String> distinct = new HashSet<>();
        private UsagePartial partial = UsagePartials.NONE;

        @Nullable BigDecimal value(Aggregation aggregation) {
            return UsageValue.of(aggregation, partial, distinct.size());
        }
    }

    Totals(LakeQuestion question) {
        this.question = question;
        this.windows = Windows.by(question.query().window(), question.zone());
        this.groups = new GroupTexts(question);
        this.subjects = Set.copyOf(question.query().subjects());
    }

    /**
     * Adds a part of a cell.
     *
     * @param start of the cell's window, milliseconds since the epoch, UTC
     * @param group canonical text
     * @param distinct a value that a UNIQUE_COUNT meter has seen
     */
    void add(
            long start,
            String subject,
            String group,
            UsagePartial partial,
            @Nullable String distinct) {
        long end = start + question.meter().windowSize().millis();
        usage.include(start, end);
        if (!subjects.isEmpty() && !subjects.contains(subject)) {
            return;
        }
        Optional<List<String>> texts = groups.of(group);
        if (texts.isPresent()) {
            Key key =
                    new Key(
                            windows.of(start),
                            question.query().bySubject() ? subject : null,
                            texts.get());
            Total total = totals.computeIfAbsent(key, row -> new Total());
            total.extent.include(start, end);
            total.partial = UsagePartials.merge(total.partial, partial);
            if (distinct != null) {
                total.distinct.add(distinct);
            }
        }
    }

    /** Where the usage begins and ends that was added, whether it counts or not. */
    Extent usage() {
        return usage;
    }

    /** Hands the rows over in their order. */
    void rows(RowConsumer consumer) throws IOException {
        Aggregation aggregation = question.meter().aggregation();
        totals.values().removeIf(total -> total.value(aggregation) == null);
        if (totals.isEmpty()) {
            nothing(consumer);
            return;
        }
        Extent whole = new Extent();
        totals.values().forEach(total -> whole.include(total.extent));
        for (Map.Entry<Key, Total> row :
                totals.entrySet().stream().sorted(Map.Entry.comparingByKey(ORDER)).toList()) {
            BigDecimal value = Objects.requireNonNull(row.getValue().value(aggregation));
            consumer.accept(row(row.getKey(), whole, value));
        }
    }

    /** Counts of nothing are zero, where nothing is told apart. */
    private void nothing(RowConsumer consumer) throws IOException {
        boolean counts =
                switch (question.meter().aggregation()) {
                    case COUNT, UNIQUE_COUNT -> true;
                    default -> false;
                };
        if (counts
                && question.query().window() == null
                && !question.query().bySubject()
                && question.names().isEmpty()) {
            Key all = new Key(Window.ALL, null, List.of());
            consumer.accept(row(all, new Extent(), BigDecimal.ZERO));
        }
    }

    private QueryRow row(Key key, Extent whole, BigDecimal value) {
        GrainRange range = question.range();
        boolean total = question.query().window() == null;
        Long start = range.openFrom() ? whole.first() : Long.valueOf(range.from());
        Long end = range.openTo() ? whole.last() : Long.valueOf(range.to());
        return new QueryRow(
                instant(total ? start : Long.valueOf(key.window().start())),
                instant(total ? end : Long.valueOf(key.window().end())),
                key.subject(),
                named(key.texts()),
                Quantity.canonical(value));
    }

    private static @Nullable Instant instant(@Nullable Long millis) {
        return millis == null ? null : Instant.ofEpochMilli(millis);
    }

    private Map<String, String> named(List<String> texts) {
        Map<String, String> groups = new LinkedHashMap<>();
        for (int i = 0; i < texts.size(); i++) {
            groups.put(question.names().get(i), texts.get(i));
        }
        return groups;
    }

    private static int compare(List<String> left, List<String> right) {
        Iterator<String> others = right.iterator();
        for (String text : left) {
            int order = Utf8Order.compare(text, others.next());
            if (order != 0) {
                return order;
            }
        }
        return 0;
    }
}
