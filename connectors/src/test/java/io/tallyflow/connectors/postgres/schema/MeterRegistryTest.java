package io.tallyflow.connectors.postgres.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallyflow.connectors.postgres.PostgresServer;
import io.tallyflow.connectors.postgres.RegisteredMeters;
import io.tallyflow.schemas.measure.Aggregation;
import io.tallyflow.schemas.meter.GroupDimension;
import io.tallyflow.schemas.meter.JsonPath;
import io.tallyflow.schemas.meter.Meter;
import io.tallyflow.schemas.meter.MeterVersion;
import io.tallyflow.schemas.meter.WindowSize;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class MeterRegistryTest extends EmptyRegistry {

    private static final Meter TOKENS =
            meter(
                    "tokens",
                    "prompt",
                    Aggregation.SUM,
                    "$.tokens",
                    List.of(group("model", "$.model"), group("type", "$['it-s']")),
                    WindowSize.MINUTE);
    private static final Meter CALLS =
            meter("calls", "call", Aggregation.COUNT, null, List.of(), WindowSize.DAY);

    @Test
    void putsDefinitionsInForce() throws SQLException {
        register(TOKENS, CALLS);
        assertThat(
                        rows(
                                "select concat_ws('|', slug, description, event_type, aggregation,"
                                        + " coalesce(value_property, '-'), group_by, window_size)"
                                        + " from tallyflow.meter order by slug"))
                .containsExactly(
                        "calls|for people|call|COUNT|-|{}|DAY",
                        "tokens|for people|prompt|SUM|$.tokens|"
                                + "{\"type\": \"$['it-s']\", \"model\": \"$.model\"}|MINUTE");
    }

    @Test
    void takesTheSameDefinitionsAgain() throws SQLException {
        register(TOKENS, CALLS);
        register(CALLS, TOKENS);
        assertThat(inForce()).containsExactly("calls", "tokens");
    }

    @Test
    void registersNothingThatWasAskedForLater() throws SQLException {
        try (Connection connection = database().connect()) {
            AskedVersions.ask(connection, MeterVersion.firsts(List.of(TOKENS, CALLS)));
            MeterRegistry.register(connection, 0, 1, 7, unused -> null);
        }
        assertThat(rows("select slug || since_commit from tallyflow.meter"))
                .containsExactly("tokens7");
        assertThat(rows("select slug || state from tallyflow.meter_version order by 1"))
                .containsExactly("callsrequested", "tokensshown");
    }

    @Test
    void registersAgainWhatARewindTookBack() throws SQLException {
        try (Connection connection = database().connect()) {
            AskedVersions.ask(connection, MeterVersion.firsts(List.of(TOKENS)));
            MeterRegistry.register(connection, 0, 1, 7, unused -> null);
            MeterRegistry.register(connection, 0, 1, 4, unused -> null);
            assertThat(rows("select since_commit from tallyflow.layer")).containsExactly("4");
            MeterRegistry.register(connection, 1, 1, 9, unused -> null);
        }
        assertThat(rows("select slug || since_commit from tallyflow.meter"))
                .containsExactly("tokens4");
    }

    @Test
    void asksThatNobodyCountsAnEarlierVersionOn() throws SQLException {
        register(CALLS);
        register(newest("2026-01-04T23:59:59Z"), second("2026-01-05"));
        assertThat(
                        rows(
                                "select concat_ws('|', request, slug, version, counts_to)"
                                        + " from tallyflow.meter_request where kind = 'end'"))
                .containsExactly("3|calls|1|2026-01-05 00:00:00+00");
        register(newest("2026-01-07T00:00:00Z"));
        assertThat(rows("select count(*) from tallyflow.meter_request where kind = 'end'"))
                .containsExactly("1");
    }

    @Test
    void givesEachSlugALayerOfItsOwnOnce() throws SQLException {
        register(TOKENS, CALLS);
        register(CALLS);
        register(TOKENS, CALLS);
        assertThat(
                        rows(
                                "select concat_ws('|', layer, slug, version, kind, name,"
                                        + " since_commit) from tallyflow.layer order by layer"))
                .containsExactly("1|calls|1|stream|calls@1|0", "2|tokens|1|stream|tokens@1|0");
    }

    @Test
    void letsALaterVersionTakeOverAtItsBoundary() throws SQLException {
        register(CALLS);
        register(newest("2026-01-04T23:59:59Z"), MeterVersion.first(CALLS), second("2026-01-05"));
        assertThat(layers())
                .containsExactly(
                        "calls@1|shown||2026-01-05 00:00:00+00",
                        "calls@2|shown|2026-01-05 00:00:00+00|");
        assertThat(
                        rows(
                                "select concat_ws('|', version, event_type, value_property, group_by,"
                                        + " counts_from) from tallyflow.meter"))
                .containsExactly("2|answer|{\"a\": \"$.a\"}|2026-01-05 00:00:00+00");
        // Each start registers what it counts by.
        register(newest("2026-01-06T00:00:00Z"), MeterVersion.first(CALLS), second("2026-01-05"));
        assertThat(layers()).hasSize(2).allMatch(layer -> layer.contains("shown"));
    }

    @Test
    void doesNotShowAVersionBeforeWhichEventsOfItsTimeWereCounted() throws SQLException {
        register(CALLS);
        register(newest("2026-01-05T00:00:00Z"), MeterVersion.first(CALLS), second("2026-01-05"));
        assertThat(layers())
                .containsExactly("calls@1|shown||", "calls@2|hidden|2026-01-05 00:00:00+00|");
        assertThat(rows("select version || event_type from tallyflow.meter"))
                .containsExactly("1call");
    }

    @Test
    void leavesNoTimeToAVersionThatALaterOneReplacesWhole() throws SQLException {
        register(CALLS);
        MeterVersion third =
                new MeterVersion(CALLS, 3, second("2026-01-05").fromMillis(), Long.MAX_VALUE);
        register(null, MeterVersion.first(CALLS), second("2026-01-05"));
        register(null, MeterVersion.first(CALLS), second("2026-01-05"), third);
        assertThat(layers())
                .containsExactly(
                        "calls@1|shown||2026-01-05 00:00:00+00",
                        "calls@2|hidden|2026-01-05 00:00:00+00|",
                        "calls@3|shown|2026-01-05 00:00:00+00|");
    }

    @Test
    void saysFromWhenOnAMeterIsWholeThatCameLater() throws SQLException {
        register(newest("2026-01-04T12:34:56Z"), MeterVersion.first(TOKENS));
        assertThat(rows("select complete_from::text from tallyflow.meter"))
                .containsExactly("2026-01-04 12:35:00+00");
    }

    private static MeterVersion second(String day) {
        Meter changed =
                meter(
                        "calls",
                        "answer",
                        Aggregation.COUNT,
                        null,
                        List.of(group("a", "$.a")),
                        WindowSize.DAY);
        return new MeterVersion(changed, 2, newest(day + "T00:00:00Z"), MeterVersion.ALWAYS_TO);
    }

    private static Long newest(String instant) {
        return Instant.parse(instant).toEpochMilli();
    }

    private List<String> layers() throws SQLException {
        return rows(
                "select concat(name, '|', case when shown then 'shown' else 'hidden' end, '|',"
                        + " counts_from, '|', counts_to) from tallyflow.layer order by layer");
    }

    private void register(@Nullable Long newestMillis, MeterVersion... versions)
            throws SQLException {
        try (Connection connection = database().connect()) {
            connection.setAutoCommit(false);
            RegisteredMeters.register(connection, List.of(versions), newestMillis);
            connection.commit();
        }
    }

    @Test
    void registersTenThousandMetersAtOnce() throws SQLException {
        List<Meter> many =
                IntStream.range(0, 10_000)
                        .mapToObj(
                                i ->
                                        meter(
                                                "m" + i,
                                                "call",
                                                Aggregation.COUNT,
                                                null,
                                                List.of(),
                                                WindowSize.DAY))
                        .toList();
        for (int i = 0; i < 2; i++) {
            register(many.toArray(Meter[]::new));
            assertThat(rows("select count(*) from tallyflow.meter")).containsExactly("10000");
        }
        assertThat(rows("select count(*) from tallyflow.layer")).containsExactly("10000");
    }

    @Test
    void joinsTheTransactionOfAConnection() throws SQLException {
        try (Connection connection = database().connect()) {
            connection.setAutoCommit(false);
            RegisteredMeters.register(connection, List.of(CALLS));
            connection.rollback();
        }
        assertThat(inForce()).isEmpty();
    }

    @Test
    void saysThatTheSchemaIsNotThere() {
        try (PostgresServer.Database empty = PostgresServer.empty()) {
            assertThatThrownBy(() -> MeterRequests.take(empty.dataSource(), List.of(CALLS)))
                    .isInstanceOf(SchemaException.class)
                    .hasMessageStartingWith("SCHEMA_UNFIT: the database has no schema tallyflow")
                    .hasMessageContaining("tallyflow prepare");
        }
    }

    private void register(Meter... meters) throws SQLException {
        RegisteredMeters.register(database().dataSource(), List.of(meters));
    }

    private List<String> inForce() throws SQLException {
        return rows("select slug from tallyflow.meter order by slug");
    }

    private static Meter meter(
            String slug,
            String eventType,
            Aggregation aggregation,
            @Nullable String path,
            List<GroupDimension> groupBy,
            WindowSize windowSize) {
        return new Meter(
                slug,
                "for people",
                eventType,
                aggregation,
                path == null ? null : new JsonPath(path, List.of()),
                groupBy,
                windowSize);
    }

    private static GroupDimension group(String name, String path) {
        return new GroupDimension(name, new JsonPath(path, List.of()));
    }
}
