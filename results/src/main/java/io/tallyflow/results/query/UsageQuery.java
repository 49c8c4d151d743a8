package io.tallyflow.results.query;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is asked of a meter; the arguments of the function {@code tallyflow.query}.
 *
 * @param meter slug
 * @param from inclusive; null for the beginning
 * @param to exclusive; null for the end
 * @param window null for one total
 * @param timeZone IANA name that calendar windows follow
 * @param subjects none for all of them together
 * @param groupBy names of groups to tell apart; {@code subject} among them for subjects
 * @param filter group name to allowed values
 */
public record UsageQuery(
        String meter,
        @Nullable Instant from,
        @Nullable Instant to,
        @Nullable CalendarWindow window,
        String timeZone,
        List<String> subjects,
        List<String> groupBy,
        Map<String, List<String>> filter) {

    private static final String SUBJECT = "subject";

    public UsageQuery {
        subjects = List.copyOf(subjects);
        groupBy = List.copyOf(groupBy);
        filter = new LinkedHashMap<>(filter);
    }

    /** Whether rows are told apart by subject. */
    public boolean bySubject() {
        return !subjects.isEmpty() || groupBy.contains(SUBJECT);
    }

    /** The groups that every row names, each once, in the order in which they were asked for. */
    public List<String> groups() {
        return groupBy.stream().distinct().filter(name -> !name.equals(SUBJECT)).toList();
    }

    /** The same of another zone. */
    public UsageQuery in(String zone) {
        return new UsageQuery(meter, from, to, window, zone, subjects, groupBy, filter);
    }
}
