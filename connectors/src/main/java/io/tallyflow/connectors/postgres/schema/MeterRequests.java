package io.tallyflow.connectors.postgres.schema;

import io.tallyflow.connectors.postgres.schema.MeterChange.Kind;
import io.tallyflow.connectors.postgres.schema.RequestTable.Asked;
import io.tallyflow.schemas.meter.Definitions;
import io.tallyflow.schemas.meter.Meter;
import io.tallyflow.schemas.meter.MeterVersion;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Asks for meters. What was asked for stands in the database before anything is counted by it: a
 * job that is built once more, by whomever, counts the same, and one that runs reads what has
 * changed.
 *
 * <p>All of it throws a {@link SchemaException} if the database does not have the tables.
 */
public final class MeterRequests {

    private final RequestTable table;

    private MeterRequests(RequestTable table) {
        this.table = table;
    }

    /** Within one transaction. */
    @FunctionalInterface
    private interface Work<T> {
        T in(Connection connection) throws SQLException;
    }

    private static <T> T transaction(DataSource database, Work<T> work) throws SQLException {
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            T result = work.in(connection);
            connection.commit();
            return result;
        } catch (SQLException e) {
            throw MeterRegistry.orSchemaNotThere(e);
        }
    }

    /**
     * What is counted, as of the newest request.
     *
     * @param request what is known is of this one
     * @return null if there is no newer one
     */
    public static @Nullable Definitions after(Connection connection, long request)
            throws SQLException {
        RequestTable table = RequestTable.readable(connection);
        long newest = table.newest();
        return newest > request ? table.definitions(newest) : null;
    }

    /**
     * Asks for what a start needs that brings a file: if it is not the one that the start before it
     * took, exactly the meters of the file are counted from now on.
     *
     * @param meters each slug once
     * @throws ChangedMeterException as {@link #apply}
     */
    public static Taken take(DataSource database, List<Meter> meters) throws SQLException {
        return transaction(database, connection -> take(connection, meters));
    }

    /**
     * What a start found.
     *
     * @param changes of what it asked for; none for a file that was taken before
     */
    public record Taken(List<MeterChange> changes, Definitions definitions) {}

    /**
     * Which meters would not be counted any more after {@link #take}. Asks for nothing.
     *
     * @return their slugs, in order
     */
    public static List<String> endedBy(DataSource database, List<Meter> meters)
            throws SQLException {
        try (Connection connection = database.getConnection()) {
            RequestTable table = RequestTable.readable(connection);
            if (table.isLastFile(digest(meters))) {
                return List.of();
            }
            Set<String> kept = slugs(meters);
            return table.asked(table.newest()).stream()
                    .filter(asked -> asked.registered() && asked.endsAt() == null)
                    .map(asked -> asked.meter().slug())
                    .filter(slug -> !kept.contains(slug))
                    .distinct()
                    .toList();
        } catch (SQLException e) {
            throw MeterRegistry.orSchemaNotThere(e);
        }
    }

    private static Set<String> slugs(List<Meter> meters) {
        return meters.stream().map(Meter::slug).collect(Collectors.toSet());
    }

    /** The same within the transaction of the connection. */
    static Taken take(Connection connection, List<Meter> meters) throws SQLException {
        RequestTable table = RequestTable.locked(connection);
        String digest = digest(meters);
        List<MeterChange> changes = List.of();
        if (!table.isLastFile(digest)) {
            changes = new MeterRequests(table).ask(meters, true, null);
            table.takeFile(digest);
        }
        return new Taken(changes, table.definitions(table.newest()));
    }

    /**
     * Asks for what meters need: a first version of each that is new, and another one of each that
     * has changed, which counts from the next boundary of its windows on.
     *
     * @param meters each slug once
     * @param prune whether what is not among them is retired
     * @param from first event time that a new or changed definition counts, on a boundary of its
     *     windows, in the past or not; null for the next one
     * @return by meters in their order, then what was retired, by slug
     * @throws ChangedMeterException if a meter has another aggregation or window size than before:
     *     nothing is asked for then
     * @throws IllegalArgumentException if the time is within a window of one of them
     */
    public static List<MeterChange> apply(
            DataSource database, List<Meter> meters, boolean prune, @Nullable Instant from)
            throws SQLException {
        return transaction(
                database,
                connection ->
                        new MeterRequests(RequestTable.locked(connection))
                                .ask(meters, prune, from));
    }

    /**
     * What {@link #apply} would do. Asks for nothing.
     *
     * @throws ChangedMeterException as it does
     */
    public static List<MeterChange> wouldApply(
            DataSource database, List<Meter> meters, boolean prune, @Nullable Instant from)
            throws SQLException {
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            try {
                return new MeterRequests(RequestTable.locked(connection)).ask(meters, prune, from);
            } finally {
                connection.rollback();
            }
        } catch (SQLException e) {
            throw MeterRegistry.orSchemaNotThere(e);
        }
    }

    /**
     * Asks that a meter is not counted any more.
     *
     * @param at from which event time on, on a boundary of its windows; null for the next one after
     *     all that was accepted
     * @return empty if there is no such meter, or it is not counted any more
     * @throws IllegalArgumentException if the time is on no boundary, or leaves nothing to the
     *     version
     */
    public static Optional<MeterChange> retire(
            DataSource database, String slug, @Nullable Instant at) throws SQLException {
        return transaction(
                database,
                connection ->
                        new MeterRequests(RequestTable.locked(connection)).retireOne(slug, at));
    }

    /**
     * Takes back the newest version of a meter, as long as totals do not show it.
     *
     * @return empty if that is not the newest version, or totals show it
     */
    public static Optional<MeterChange> withdraw(DataSource database, String slug, int version)
            throws SQLException {
        return transaction(
                database,
                connection ->
                        new MeterRequests(RequestTable.locked(connection))
                                .withdrawOne(slug, version));
    }

    private List<MeterChange> ask(List<Meter> meters, boolean prune, @Nullable Instant from)
            throws SQLException {
        requireBoundary(meters, from);
        Map<String, List<Asked>> before = askedOfEach();
        long request = table.newest();
        refuse(meters);
        List<Meter> wanted = new ArrayList<>();
        for (Meter meter : meters) {
            Asked known =
                    takeMistakesBack(before.getOrDefault(meter.slug(), List.of()), meter, from);
            if (known == null || !goesOn(known, from) || !meansTheSame(known.meter(), meter)) {
                wanted.add(meter);
            } else if (!known.meter().description().equals(meter.description())) {
                table.describe(known, meter.description());
            }
        }
        table.define(wanted, from);
        List<MeterChange> changes = changes(meters, before, request);
        if (prune) {
            Set<String> kept = slugs(meters);
            for (Map.Entry<String, List<Asked>> others : before.entrySet()) {
                if (!kept.contains(others.getKey())) {
                    end(others.getValue(), null).ifPresent(changes::add);
                }
            }
        }
        return changes;
    }

    private static void requireBoundary(List<Meter> meters, @Nullable Instant from) {
        for (Meter meter : meters) {
            if (from != null && !meter.windowSize().isBoundary(from)) {
                throw new IllegalArgumentException(
                        from
                                + " is within a window of meter "
                                + meter.slug()
                                + ", whose windows are of one "
                                + meter.windowSize()
                                + " each: name the boundary before or after it");
            }
        }
    }

    /**
     * Whether it is counted for all time to come, and totals show it or will. One that was
     * registered and is not shown lacks events of its time, until a run counts them.
     *
     * @param from since when it is to count; a run will count what it lacks
     */
    private static boolean goesOn(Asked version, @Nullable Instant from) {
        return version.endsAt() == null
                && (!version.registered()
                        || version.shown()
                        || from != null && from.equals(version.from()));
    }

    /**
     * Takes back the newest versions that nothing was counted by, where something else is meant.
     *
     * @return the newest that is left
     */
    private @Nullable Asked takeMistakesBack(
            List<Asked> versions, Meter meant, @Nullable Instant from) throws SQLException {
        for (int i = versions.size() - 1; i >= 0; i--) {
            Asked version = versions.get(i);
            boolean isMeant =
                    meansTheSame(version.meter(), meant)
                            && (from == null || from.equals(version.from()));
            if (version.registered() || isMeant) {
                return version;
            }
            table.withdraw(version);
        }
        return null;
    }

    private void refuse(List<Meter> meters) throws SQLException {
        Map<String, Meter> counted = new HashMap<>();
        for (Asked asked : table.asked(table.newest())) {
            // What nothing was counted by binds nobody.
            if (asked.registered()) {
                counted.put(asked.meter().slug(), asked.meter());
            }
        }
        List<String> problems = new ArrayList<>();
        for (Meter meter : meters) {
            Meter known = counted.get(meter.slug());
            if (known != null) {
                problems.addAll(problems(known, meter));
            }
        }
        if (!problems.isEmpty()) {
            throw new ChangedMeterException(problems);
        }
    }

    /**
     * Ends every version of a meter that is counted. What nothing was counted by has no end.
     *
     * @return empty if none is
     */
    private Optional<MeterChange> end(List<Asked> versions, @Nullable Instant at)
            throws SQLException {
        Asked last = null;
        Asked counted = null;
        for (Asked version : versions) {
            if (version.endsAt() == null && version.registered()) {
                table.end(version, at);
                counted = counted == null ? version : counted;
                last = version;
            } else if (version.endsAt() == null) {
                table.withdraw(version);
                last = counted == null ? version : last;
            }
        }
        if (last == null) {
            return Optional.empty();
        }
        return Optional.of(
                new MeterChange(
                        last.meter().slug(),
                        last.version(),
                        counted == null ? Kind.WITHDRAWN : Kind.RETIRED,
                        table.newest(),
                        counted == null ? null : endOf(counted)));
    }

    private @Nullable Instant endOf(Asked version) throws SQLException {
        return table.asked(table.newest()).stream()
                .filter(now -> now.request() == version.request())
                .findFirst()
                .map(Asked::endsAt)
                .orElse(null);
    }

    private List<MeterChange> changes(
            List<Meter> meters, Map<String, List<Asked>> before, long request) throws SQLException {
        Map<String, Asked> after = newest();
        List<MeterChange> changes = new ArrayList<>();
        for (Meter meter : meters) {
            Asked now = Objects.requireNonNull(after.get(meter.slug()));
            boolean known =
                    before.getOrDefault(meter.slug(), List.of()).stream()
                            .anyMatch(Asked::registered);
            Kind kind = known ? Kind.CHANGED : Kind.ADDED;
            changes.add(
                    new MeterChange(
                            meter.slug(),
                            now.version(),
                            now.request() <= request ? Kind.UNCHANGED : kind,
                            now.request(),
                            now.from()));
        }
        return changes;
    }

    private Optional<MeterChange> retireOne(String slug, @Nullable Instant at) throws SQLException {
        List<Asked> versions = askedOfEach().getOrDefault(slug, List.of());
        Optional<Asked> earliest =
                versions.stream().filter(version -> version.endsAt() == null).findFirst();
        if (at != null && earliest.isPresent()) {
            refuse(earliest.get(), at);
        }
        return end(versions, at);
    }

    private static void refuse(Asked version, Instant at) {
        if (!version.meter().windowSize().isBoundary(at)) {
            throw new IllegalArgumentException(
                    "%s is within a window of meter %s; its windows begin at every full %s"
                            .formatted(
                                    at,
                                    version.meter().slug(),
                                    version.meter().windowSize().name()));
        }
        if (at.toEpochMilli() <= version.fromMillis()) {
            throw new IllegalArgumentException(
                    "version %d of meter %s counts from %s on; nothing would be left of it at %s"
                            .formatted(
                                    version.version(), version.meter().slug(), version.from(), at));
        }
    }

    private Optional<MeterChange> withdrawOne(String slug, int version) throws SQLException {
        Asked known = newest(slug);
        if (known == null || known.version() != version || known.shown()) {
            return Optional.empty();
        }
        table.withdraw(known);
        return Optional.of(new MeterChange(slug, version, Kind.WITHDRAWN, table.newest(), null));
    }

    private Map<String, List<Asked>> askedOfEach() throws SQLException {
        Map<String, List<Asked>> asked = new TreeMap<>();
        for (Asked one : table.asked(table.newest())) {
            asked.computeIfAbsent(one.meter().slug(), slug -> new ArrayList<>()).add(one);
        }
        return asked;
    }

    private Map<String, Asked> newest() throws SQLException {
        Map<String, Asked> newest = new TreeMap<>();
        askedOfEach()
                .forEach((slug, versions) -> newest.put(slug, versions.get(versions.size() - 1)));
        return newest;
    }

    private @Nullable Asked newest(String slug) throws SQLException {
        return newest().get(slug);
    }

    private static boolean meansTheSame(Meter one, Meter other) {
        return MeterDefinition.of(MeterVersion.first(one))
                .meansTheSameAs(MeterDefinition.of(MeterVersion.first(other)));
    }

    private static List<String> problems(Meter known, Meter wanted) {
        List<String> problems = new ArrayList<>();
        if (known.aggregation() != wanted.aggregation()) {
            problems.add(problem(known, "aggregation", known.aggregation(), wanted.aggregation()));
        }
        if (known.windowSize() != wanted.windowSize()) {
            problems.add(problem(known, "windowSize", known.windowSize(), wanted.windowSize()));
        }
        return problems;
    }

    private static String problem(Meter meter, String field, Enum<?> known, Enum<?> wanted) {
        return "meter %s: %s is %s and cannot become %s; a changed meaning needs a new slug"
                .formatted(meter.slug(), field, known.name(), wanted.name());
    }

    /** Of the definitions, whatever else their file says. */
    private static String digest(List<Meter> meters) {
        Map<String, String> texts = new HashMap<>();
        for (MeterDefinition definition : MeterDefinition.of(MeterVersion.firsts(meters))) {
            texts.put(definition.slug(), definition.toString());
        }
        String text = String.join("\n", new TreeMap<>(texts).values());
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(sha.digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
