package io.tallyflow.operations.patch;

import static io.tallyflow.schemas.event.AnEvent.anEvent;

import io.tallyflow.connectors.iceberg.write.SmallLake;
import io.tallyflow.connectors.postgres.LoginUser;
import io.tallyflow.connectors.postgres.MadeCommit;
import io.tallyflow.connectors.postgres.PostgresServer;
import io.tallyflow.connectors.postgres.RegisteredMeters;
import io.tallyflow.connectors.postgres.WrittenRows;
import io.tallyflow.functions.meter.MeterReader;
import io.tallyflow.operations.counting.RunLimits;
import io.tallyflow.operations.voids.Correction;
import io.tallyflow.results.PostgresAddress;
import io.tallyflow.results.Question;
import io.tallyflow.schemas.commit.CommitName;
import io.tallyflow.schemas.event.UsageEvent;
import io.tallyflow.schemas.event.VoidRequest;
import io.tallyflow.schemas.measure.UsagePartial;
import io.tallyflow.schemas.measure.UsagePartials;
import io.tallyflow.schemas.meter.Meter;
import io.tallyflow.schemas.stream.LakeRow;
import io.tallyflow.schemas.usage.AdjustedReading;
import io.tallyflow.schemas.usage.Adjustment;
import io.tallyflow.schemas.usage.AdjustmentReason;
import io.tallyflow.schemas.usage.DistinctValue;
import io.tallyflow.schemas.usage.Reading;
import io.tallyflow.schemas.usage.SettledUsage;
import io.tallyflow.schemas.usage.UsageCell;
import io.tallyflow.schemas.usage.UsageRow;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/**
 * A lake and a database without a job, of settled windows, and users who may no more than they
 * must.
 */
public abstract class SettledRig {

    protected static final Instant START = Instant.parse("2026-03-01T00:00:00Z");

    /** Before which everything has settled. */
    protected static final Instant SETTLED = START.plus(Duration.ofDays(30));

    /** So that several files have events of one window. */
    private static final int BATCHES = 3;

    /** As of a request that every meter was there by. */
    private static final long DEFINITIONS = 99;

    protected final List<Meter> meters;

    @TempDir private Path directory;
    protected PostgresServer.Database database;
    protected LoginUser writer;
    protected LoginUser reader;
    protected SmallLake lake;
    protected long commits;
    private long accepted;

    protected SettledRig(List<Meter> meters) {
        this.meters = meters;
    }

    @BeforeEach
    void start() throws Exception {
        database = PostgresServer.migrated();
        writer = new LoginUser(database, "tallyflow_writer");
        reader = new LoginUser(database, "tallyflow_reader");
        lake = new SmallLake(database, directory);
        RegisteredMeters.register(database.dataSource(), meters);
        run(
                "insert into tallyflow.ledger (pipeline, settled_until) values ('p', '"
                        + SETTLED
                        + "')");
    }

    @AfterEach
    void stop() throws Exception {
        lake.close();
        reader.close();
        writer.close();
        database.close();
    }

    /** An event of type t with a number, at a time that follows from it. */
    protected static UsageEvent event(String subject, int number) {
        return anEvent()
                .subject(subject)
                .source("s")
                .id("e" + number)
                .type("t")
                .timeMicros(micros(START.plusSeconds(37L * number)))
                .data("{\"n\": " + number + ", \"g\": \"" + number % 3 + "\"}")
                .build();
    }

    protected static UsageEvent taking(String id, String subject, @Nullable String data) {
        return anEvent()
                .subject(subject)
                .source("v")
                .id(id)
                .type(VoidRequest.TYPE)
                .timeMicros(micros(START))
                .data(data == null ? null : data.getBytes(StandardCharsets.UTF_8))
                .build();
    }

    protected static UsageEvent taking(UsageEvent event) {
        return taking(
                "v" + event.id(),
                event.subject(),
                "{\"source\": \"s\", \"id\": \"" + event.id() + "\"}");
    }

    protected static long micros(Instant time) {
        return TimeUnit.MILLISECONDS.toMicros(time.toEpochMilli());
    }

    /** What the stream does of events: rows of settled windows, a commit, and the lake's rows. */
    protected void accept(List<UsageEvent> events, @Nullable Instant watermark) throws Exception {
        Map<UsageCell, UsagePartial> cells = new HashMap<>();
        Set<DistinctValue> values = new LinkedHashSet<>();
        read(events, (event, reading) -> add(event, reading, cells, values));
        List<UsageRow> rows = new ArrayList<>();
        List<LakeRow> lakeRows = new ArrayList<>();
        cells.forEach(
                (cell, partial) -> {
                    rows.add(new UsageRow(cell, partial, true, 0, true));
                    lakeRows.add(LakeRow.of(new SettledUsage(cell, partial, 0, null)));
                });
        values.forEach(value -> lakeRows.add(LakeRow.of(value)));
        commit(events, lakeRows, watermark, rows, List.of(), List.copyOf(values));
    }

    /** What the stream does of events whose windows have settled before. */
    protected void acceptLate(List<UsageEvent> events) throws Exception {
        Map<UsageCell, UsagePartial> cells = new HashMap<>();
        Set<DistinctValue> values = new LinkedHashSet<>();
        List<LakeRow> lakeRows = new ArrayList<>();
        read(
                events,
                (event, reading) -> {
                    add(event, reading, cells, values);
                    lakeRows.add(
                            LakeRow.of(new AdjustedReading(event, reading, AdjustmentReason.LATE)));
                });
        List<Adjustment> adjustments = new ArrayList<>();
        cells.forEach(
                (cell, partial) ->
                        adjustments.add(new Adjustment(cell, AdjustmentReason.LATE, partial)));
        commit(events, lakeRows, null, List.of(), adjustments, List.copyOf(values));
    }

    private interface Read {
        void accept(UsageEvent event, Reading reading);
    }

    private void read(List<UsageEvent> events, Read to) {
        MeterReader reader = MeterReader.ofFirsts(meters);
        for (UsageEvent event : events) {
            reader.read(event).readings().forEach(reading -> to.accept(event, reading));
        }
    }

    private static void add(
            UsageEvent event,
            Reading reading,
            Map<UsageCell, UsagePartial> cells,
            Set<DistinctValue> values) {
        UsageCell cell = reading.cell(event.subject());
        cells.merge(cell, reading.partial(event), UsagePartials::merge);
        if (reading.distinct() != null) {
            values.add(new DistinctValue(cell, reading.distinct()));
        }
    }

    private void commit(
            List<UsageEvent> events,
            List<LakeRow> lakeRows,
            @Nullable Instant watermark,
            List<UsageRow> rows,
            List<Adjustment> adjustments,
            List<DistinctValue> values)
            throws Exception {
        CommitName name = CommitName.NONE;
        for (int batch = 0; batch < BATCHES; batch++) {
            List<LakeRow> some = new ArrayList<>();
            for (int i = batch; i < events.size(); i += BATCHES) {
                some.add(LakeRow.accepted(events.get(i), DEFINITIONS));
            }
            if (batch == 0) {
                some.addAll(lakeRows);
            }
            name = lake.commit(SETTLED.toEpochMilli(), some);
        }
        commits++;
        accepted += events.size();
        try (Connection connection = database.connect()) {
            connection.setAutoCommit(false);
            WrittenRows.write(connection, rows, adjustments, values);
            MadeCommit.make(connection, commits, name, accepted, watermark);
            connection.commit();
        }
    }

    protected Correction.Outcome correct(RunLimits limits) throws Exception {
        try (Correction correction = Correction.of(address(), lake.options(), limits)) {
            return correction.run(Duration.ZERO);
        }
    }

    protected Correction.Outcome correct() throws Exception {
        return correct(new RunLimits(2, 64 << 20, 1_000));
    }

    /** As who may no more than write. */
    protected PostgresAddress address() {
        return address(writer);
    }

    /** As who may no more than read. */
    protected PostgresAddress addressOfReader() {
        return address(reader);
    }

    private PostgresAddress address(LoginUser user) {
        return new PostgresAddress(database.url(), user.name(), user.dataSource().getPassword());
    }

    protected List<String> ask(String sql) throws SQLException {
        try (Connection connection = database.connect()) {
            return new Question<>(sql, row -> row.getString(1)).all(connection);
        }
    }

    protected int run(String sql) throws SQLException {
        try (Connection connection = database.connect()) {
            return Question.run(connection, sql);
        }
    }
}
