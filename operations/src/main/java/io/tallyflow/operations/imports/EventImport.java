package io.tallyflow.operations.imports;

import io.tallyflow.connectors.iceberg.table.Lake;
import io.tallyflow.connectors.iceberg.table.LakeOptions;
import io.tallyflow.connectors.iceberg.table.LakeView;
import io.tallyflow.connectors.kafka.EventSender;
import io.tallyflow.connectors.kafka.EventsTopic;
import io.tallyflow.connectors.postgres.ImportTable;
import io.tallyflow.operations.counting.LakeAccess;
import io.tallyflow.operations.counting.RunLimits;
import io.tallyflow.operations.counting.Workers;
import io.tallyflow.results.FirstCause;
import io.tallyflow.results.PostgresAddress;
import io.tallyflow.results.PostgresTrouble;
import io.tallyflow.results.RequestFailedException;
import io.tallyflow.results.RequestRefusedException;
import io.tallyflow.results.meters.ShownVersions;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * Sends events through the stream that it has not accepted yet, however old they are. Which those
 * are the lake says, by their identity; what came since it was looked into the stream itself knows.
 * So the same events may be imported again, or by two at once, or again after an import was ended
 * before it was done: each counts once.
 */
public final class EventImport {

    /** Bad lines that are named. */
    public static final int NAMED_LINES = 20;

    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final Duration CLOCKS_APART = Duration.ofHours(1);
    private static final int MOST_SOURCE_CHARACTERS = 1_000;

    private final PostgresAddress postgres;
    private final LakeOptions lake;
    private final EventsTopic topic;
    private final RunLimits limits;
    private final ImportListener listener;
    private final InstantSource clock;

    /**
     * @param topic that the job reads
     * @param limits memory and threads for looking identities up
     * @param clock of this machine
     */
    public EventImport(
            PostgresAddress postgres,
            LakeOptions lake,
            EventsTopic topic,
            RunLimits limits,
            ImportListener listener,
            InstantSource clock) {
        this.postgres = postgres;
        this.lake = lake;
        this.topic = topic;
        this.limits = limits;
        this.listener = listener;
        this.clock = clock;
    }

    /**
     * What is to be imported.
     *
     * @param files and directories; empty for what came too late for the stream
     * @param skipsBadLines whether the other lines are sent
     * @param sends whether anything is
     * @param perSecond events that are sent in a second; 0 for as many as Kafka takes
     */
    public record Request(List<Path> files, boolean skipsBadLines, boolean sends, long perSecond) {}

    /**
     * What came of it.
     *
     * @param number of the import; 0 if nothing was to be sent
     * @param known events that were accepted before, or stand further ahead in the source
     * @param sent events that were sent, or would be
     * @param bad the first lines that are no events
     * @param changes what they would bring to totals, if nothing was to be sent
     */
    public record Outcome(
            long number,
            long events,
            long known,
            long sent,
            long rejected,
            List<BadLine> bad,
            List<ImportedChange> changes) {}

    /**
     * Imports.
     *
     * @throws RequestRefusedException if files are not there, or hold lines that are no events and
     *     are not to be skipped: then nothing was sent
     * @throws RequestFailedException if Kafka, Postgres or the lake do not answer: what was sent by
     *     then counts, and is not sent again by another import of the same
     */
    public Outcome run(Request request) {
        try (Connection connection = postgres.connect();
                Lake opened = LakeAccess.open(lake);
                Workers workers = new Workers(limits.workers())) {
            requireClock(connection);
            if (request.sends()) {
                topic.partitions();
            }
            List<EventSource> sources = sources(request, opened);
            CheckedSources checked = check(request, sources);
            if (request.files().isEmpty()) {
                // Each day as it is when its turn comes: snapshots do not stay for hours.
                sources = sources(request, opened);
            }
            ImportPass pass =
                    new ImportPass(
                            () -> LakeMoment.await(opened, connection, PATIENCE, listener),
                            new KnownIdentities(workers, listener),
                            limits.memoryBytes(),
                            clock);
            return request.sends()
                    ? send(request, connection, sources, checked, pass)
                    : dry(connection, sources, checked, pass);
        } catch (SQLException e) {
            throw PostgresTrouble.failure(postgres, e);
        } catch (RequestFailedException | RequestRefusedException e) {
            throw e;
        } catch (InterruptedException | InterruptedIOException e) {
            Thread.currentThread().interrupt();
            throw new RequestFailedException(
                    "the import was ended before it was done: ask again, and it goes on", e);
        } catch (Exception e) {
            throw new RequestFailedException("the import was ended: " + FirstCause.of(e), e);
        }
    }

    private Outcome send(
            Request request,
            Connection connection,
            List<EventSource> sources,
            CheckedSources checked,
            ImportPass pass)
            throws Exception {
        // Before it is put on record: a lake that lags is told at once.
        pass.requireLake();
        ImportTable table = new ImportTable(connection);
        long number = table.begin(source(request), checked.events(), checked.rejected());
        try (EventSender sender = EventSender.to(topic.kafka(), topic.name(), request.perSecond());
                SendingImport sending = new SendingImport(number, sender, table, listener)) {
            pass.run(sources, sending);
            sending.end();
            return outcome(number, checked, sending.known(), sending.sent(), List.of());
        }
    }

    private Outcome dry(
            Connection connection,
            List<EventSource> sources,
            CheckedSources checked,
            ImportPass pass)
            throws Exception {
        ImportedChanges changes =
                new ImportedChanges(ShownVersions.all(connection), limits.memoryBytes());
        CountingImport counting = new CountingImport(changes);
        pass.run(sources, counting);
        return outcome(0, checked, counting.known(), counting.sent(), changes.rows());
    }

    private static Outcome outcome(
            long number,
            CheckedSources checked,
            long known,
            long sent,
            List<ImportedChange> changes) {
        return new Outcome(
                number, checked.events(), known, sent, checked.rejected(), checked.bad(), changes);
    }

    /** Producers' timestamps are what the stream tells stale, and imported, events by. */
    private void requireClock(Connection connection) throws SQLException {
        Instant database = LakeMoment.now(connection);
        Instant here = clock.instant();
        if (Duration.between(database, here).abs().compareTo(CLOCKS_APART) > 0) {
            throw new RequestFailedException(
                    "the clock of this machine says "
                            + here
                            + " and that of Postgres "
                            + database
                            + ": set it right, as events are told by it");
        }
    }

    private List<EventSource> sources(Request request, Lake opened) {
        if (!request.files().isEmpty()) {
            return List.of(new FileEvents(request.files(), clock));
        }
        List<EventSource> sources = new ArrayList<>();
        StaleEvents.days(LakeView.of(opened))
                .forEach(day -> sources.add(new StaleEvents(opened, day)));
        return sources;
    }

    private CheckedSources check(Request request, List<EventSource> sources) throws IOException {
        CheckedSources checked = CheckedSources.of(sources);
        listener.checked(checked.events(), checked.rejected());
        if (checked.rejected() > 0 && !request.skipsBadLines()) {
            throw new RequestRefusedException(
                    checked.bad().stream().map(BadLine::toString).collect(Collectors.joining("\n"))
                            + (checked.rejected() > checked.bad().size()
                                    ? "\nand %d more"
                                            .formatted(checked.rejected() - checked.bad().size())
                                    : "")
                            + "\n%d of %d lines are no events, and nothing was sent: mend them, or leave them out with --skip-bad"
                                    .formatted(
                                            checked.rejected(),
                                            checked.rejected() + checked.events()));
        }
        return checked;
    }

    private static String source(Request request) {
        if (request.files().isEmpty()) {
            return "stale_events";
        }
        String names =
                request.files().stream().map(Objects::toString).collect(Collectors.joining(" "));
        return names.length() <= MOST_SOURCE_CHARACTERS
                ? names
                : names.substring(0, MOST_SOURCE_CHARACTERS) + " ...";
    }
}
