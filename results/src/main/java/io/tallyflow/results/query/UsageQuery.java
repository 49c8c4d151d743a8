package io.tallyflow.results.query;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What is asked of a meter; the arguments of the function {@code tallyflow.query}.
 *
 * @param meter slug; {@code slug@version} for one of its versions alone
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

    /** As the function reads it. What is not of this form is a slug, known or not. */
    private static final Pattern VERSION = Pattern.compile("([^@]+)@([1-9][0-9]{0,8})");

    public UsageQuery {
        subjects = List.copyOf(subjects);
        groupBy = List.copyOf(groupBy);
        filter = new LinkedHashMap<>(filter);
    }

    /** Slug of the meter. */
    public String slug() {
        Matcher name = VERSION.matcher(meter);
        return name.matches() ? name.group(1) : meter;
    }

    /** Number of the only version that is asked; null for all that totals show. */
    public @Nullable Integer version() {
        Matcher name = VERSION.matcher(meter);
        return name.matches() ? Integer.valueOf(name.group(2)) : null;
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
