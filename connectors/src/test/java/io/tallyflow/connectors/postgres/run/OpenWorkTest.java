package io.tallyflow.connectors.postgres.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.connectors.postgres.PostgresServer;
import io.tallyflow.connectors.postgres.RegisteredMeters;
import io.tallyflow.connectors.postgres.schema.MeterRequests;
import io.tallyflow.schemas.meter.MeterFile;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What somebody must see to, and what not. */
final class OpenWorkTest {

    private static final Instant NOW = Instant.parse("2026-03-10T12:00:00Z");
    private static final long HOUR = Duration.ofHours(1).toMillis();

    private PostgresServer.Database database;
    private Connection connection;

    @BeforeEach
    void start() throws Exception {
        database = PostgresServer.migrated();
        connection = database.connect();
        RegisteredMeters.register(
                database.dataSource(),
                MeterFile.parse(
                        "m",
                        """
                        meters:
                          - {slug: m, eventType: t, aggregation: COUNT}
                          - {slug: other, eventType: t, aggregation: COUNT}
                        """));
        run(
                """
                insert into tallyflow.ledger (pipeline, commit, committed_at, watermark, consumed,
                    metered)
                values ('usage', 9, '2026-03-10T12:00:00Z', '2026-03-10T12:00:00Z', 10, 10)
                """);
    }

    @AfterEach
    void stop() throws Exception {
        connection.close();
        database.close();
    }

    private void run(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private OpenWork open() throws SQLException {
        return OpenWork.read(connection);
    }

    private CountingRun begin(String slug, @Nullable String from, @Nullable String to)
            throws SQLException {
        UncountedTimes times = new UncountedTimes(connection);
        return new RunTable(connection)
                .begin(
                        times.of(
                                        slug,
                                        from == null ? null : Instant.parse(from),
                                        to == null ? null : Instant.parse(to))
                                .get(0),
                        null);
    }

    private void show(CountingRun run) throws SQLException {
        RunTable table = new RunTable(connection);
        table.show(table.advance(run, NOW, 1, 1));
    }

    @Test
    void nothingIsOpenWhereNothingWasAskedFor() throws SQLException {
        assertThat(open()).isEqualTo(new OpenWork(0, 0, 0, -1, 0));
        run("delete from tallyflow.ledger");
        assertThat(open()).isEqualTo(new OpenWork(0, 0, 0, -1, 0));
    }

    @Test
    void aRunThatSomebodyGoesOnWithIsOnlyOld() throws SQLException {
        try (Connection runner = database.connect()) {
            assertThat(new RunTable(runner).runAlone()).isTrue();
            CountingRun run = begin("m", null, null);
            run(
                    "update tallyflow.counting_run set requested_at = clock_timestamp() - interval"
                            + " '2 hours'");
            assertThat(open().runAgeMillis()).isBetween(2 * HOUR, 3 * HOUR);
            assertThat(open().brokenRuns()).isZero();
            show(run);
        }
        assertThat(open()).isEqualTo(new OpenWork(0, 0, 0, -1, 0));
    }

    @Test
    void aRunThatNobodyGoesOnWithIsBroken() throws SQLException {
        begin("m", null, null);
        // Other locks are no sign of life, nor is the same one in another database.
        try (PostgresServer.Database elsewhere = PostgresServer.migrated();
                Connection stranger = elsewhere.connect();
                Statement patcher = connection.createStatement()) {
            new RunTable(stranger).runAlone();
            patcher.execute("select pg_advisory_lock(hashtextextended('tallyflow.patch', 0))");
            assertThat(open().brokenRuns()).isEqualTo(1);
        }
        // It goes on.
        show(begin("m", null, null));
        assertThat(open().brokenRuns()).isZero();
    }

    @Test
    void whatWasGivenUpIsBrokenUntilAnotherRunHasCountedAllOfIt() throws SQLException {
        begin("m", null, null);
        CountingRun given = begin("other", null, null);
        show(given);
        assertThat(open().brokenRuns()).isEqualTo(1);
        show(begin("m", null, "2026-03-01T00:00:00Z"));
        assertThat(open().brokenRuns()).isEqualTo(1);
        show(begin("m", "2026-03-01T00:00:00Z", null));
        assertThat(open().brokenRuns()).isZero();
    }

    @Test
    void whatARewindUndidIsBrokenUntilItIsCountedOnceMore() throws SQLException {
        show(begin("m", null, null));
        run("update tallyflow.counting_run set state = 'undone'");
        run("update tallyflow.layer set shown = false where kind = 'run'");
        assertThat(open().brokenRuns()).isEqualTo(1);
        show(begin("m", null, null));
        assertThat(open().brokenRuns()).isZero();
    }

    @Test
    void whatAVersionDoesNotCountAnyMoreIsNotMissed() throws SQLException {
        begin("m", "2026-03-05T00:00:00Z", null);
        run("update tallyflow.counting_run set state = 'failed'");
        assertThat(open().brokenRuns()).isEqualTo(1);
        run(
                "update tallyflow.layer set counts_to = '2026-03-05T00:00:00Z' where kind ="
                        + " 'stream' and slug = 'm'");
        assertThat(open().brokenRuns()).isZero();
    }

    @Test
    void aVersionThatWasTakenBackIsNotMissed() throws SQLException {
        begin("m", null, null);
        assertThat(open().brokenRuns()).isEqualTo(1);
        run("update tallyflow.layer set shown = false where slug = 'm'");
        assertThat(MeterRequests.withdraw(database.dataSource(), "m", 1)).isPresent();
        assertThat(open().brokenRuns()).isZero();
    }

    @Test
    void patchesAreTriedAgainAnyway() throws SQLException {
        run(
                """
                insert into tallyflow.counting_run (run, kind, cut_commit, state, swept) values
                    (1, 'patch', 1, 'failed', true), (2, 'repair', 1, 'undone', true),
                    (3, 'patch', 1, 'running', true)
                """);
        assertThat(open()).isEqualTo(new OpenWork(0, 0, 0, -1, 0));
    }

    private void addVoid(int number, String state, @Nullable String event, @Nullable String looked)
            throws SQLException {
        run(
                """
                insert into tallyflow.void_event (void, target, subject, source, id, requested_at,
                    checkpoint, state, event_type, event_at, event_checkpoint, looked_at)
                values (gen_random_uuid(), gen_random_uuid(), 's', 'source', '%d',
                    '2026-03-10T12:00:00Z', 1, '%s', %s, %s)
                """
                        .formatted(
                                number,
                                state,
                                event == null ? "null, null, null" : "'t', '" + event + "', 1",
                                looked == null ? "null" : "'" + looked + "'"));
    }

    @Test
    void aVoidWaitsFromTheEndOfItsEventsDayAndFromTheFirstLookOn() throws SQLException {
        addVoid(1, "pending", null, "2026-03-01T00:00:00Z");
        addVoid(2, "pending", "2026-03-10T00:00:00Z", null);
        addVoid(3, "applied", "2026-03-01T00:00:00Z", null);
        addVoid(4, "expired", "2026-03-01T00:00:00Z", null);
        addVoid(5, "pending", "2026-03-01T00:00:00Z", "2026-03-10T12:00:00Z");
        assertThat(open().voidWaitMillis()).isZero();
        addVoid(6, "pending", "2026-03-09T23:59:59Z", null);
        assertThat(open().voidWaitMillis()).isEqualTo(12 * HOUR);
        addVoid(7, "pending", "2026-03-01T00:00:00Z", "2026-03-09T12:00:00Z");
        assertThat(open().voidWaitMillis()).isEqualTo(24 * HOUR);
        run("update tallyflow.ledger set watermark = null");
        assertThat(open().voidWaitMillis()).isZero();
    }

    @Test
    void daysEndInUtcWhateverTheSession() throws SQLException {
        addVoid(1, "pending", "2026-03-09T23:59:59Z", null);
        run("set time zone 'Pacific/Kiritimati'");
        assertThat(open().voidWaitMillis()).isEqualTo(12 * HOUR);
    }

    @Test
    void aLookIsOldOnceEventsHaveComeSince() throws SQLException {
        run(
                """
                insert into tallyflow.void_look (epoch, checkpoint, committed_at, accepted)
                values (0, 3, '2026-03-10T10:00:00Z', 10)
                """);
        assertThat(open().voidLookMillis()).isZero();
        run("update tallyflow.ledger set consumed = 11, unmatched = 1");
        assertThat(open().voidLookMillis()).isEqualTo(2 * HOUR);
    }

    private void reconciled(@Nullable String meter, String range, String counts)
            throws SQLException {
        run(
                """
                insert into tallyflow.reconciliation (meter, "from", "to", commit, accepted, in_lake,
                    left_out, lake_compared, compared, different, repaired, lake_different)
                values (%s, %s, 1, 1, 1, 0, 100, 100, %s)
                """
                        .formatted(meter == null ? "null" : "'" + meter + "'", range, counts));
    }

    @Test
    void aDifferenceStandsUntilTheSameTimeIsComparedAgain() throws SQLException {
        String march = "'2026-03-01T00:00:00Z', '2026-04-01T00:00:00Z'";
        reconciled(null, march, "0, 0, 0");
        assertThat(open().differentWindows()).isZero();
        reconciled(null, march, "5, 3, 1");
        assertThat(open().differentWindows()).isEqualTo(3);
        // Less time, or one meter of all, leaves it.
        reconciled(null, "'2026-03-01T00:00:00Z', '2026-03-31T00:00:00Z'", "0, 0, 0");
        reconciled("m", "null, null", "0, 0, 0");
        assertThat(open().differentWindows()).isEqualTo(3);
        reconciled("other", march, "2, 0, 0");
        assertThat(open().differentWindows()).isEqualTo(5);
        reconciled("other", "'2026-03-01T00:00:00Z', null", "2, 2, 0");
        assertThat(open().differentWindows()).isEqualTo(3);
        reconciled(null, march, "4, 0, 0");
        assertThat(open().differentWindows()).isEqualTo(4);
        reconciled(null, "null, null", "0, 0, 0");
        assertThat(open().differentWindows()).isZero();
    }
}
