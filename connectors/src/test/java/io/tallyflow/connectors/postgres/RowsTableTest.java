package io.tallyflow.connectors.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.schemas.measure.UsagePartial;
import io.tallyflow.schemas.meter.MeterFile;
import io.tallyflow.schemas.usage.Adjustment;
import io.tallyflow.schemas.usage.AdjustmentReason;
import io.tallyflow.schemas.usage.DistinctValue;
import io.tallyflow.schemas.usage.TextHash;
import io.tallyflow.schemas.usage.UsageCell;
import io.tallyflow.schemas.usage.UsageRow;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.AfterTry;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.jspecify.annotations.Nullable;

/** What was given to a writer is what stands in Postgres, to the last place and microsecond. */
@SuppressWarnings("NullAway.Init") // by the hooks of jqwik
class RowsTableTest {

    private static final UsagePartial ONE_READING =
            new UsagePartial(1, null, null, null, null, 0, null, null);

    /** In the years that events may have. */
    private static final long FIRST_MILLIS = 0;

    private static final long LAST_MILLIS = 253_402_300_799_999L;

    private static final long MINUTE = 60_000;

    private static PostgresServer.Database database;
    private static Connection connection;

    @BeforeContainer
    static void connect() throws SQLException {
        database = PostgresServer.migrated();
        connection = database.connect();
        RegisteredMeters.register(
                database.dataSource(),
                MeterFile.parse(
                        "meters.yaml",
                        """
                        meters:
                          - {slug: m, eventType: e, aggregation: COUNT}
                          - {slug: n, eventType: e, aggregation: COUNT}
                        """));
        connection.setAutoCommit(false);
    }

    @AfterContainer
    static void disconnect() throws SQLException {
        connection.close();
        database.close();
    }

    @AfterTry
    void rollback() throws SQLException {
        connection.rollback();
    }

    private static void write(UsageRow row) throws SQLException {
        WrittenRows.write(connection, List.of(row), List.of(), List.of());
    }

    @Property(tries = 300, seed = "20261124")
    void holdsAUsageRowAsItWasWritten(
            @ForAll("cells") UsageCell cell,
            @ForAll("partials") UsagePartial partial,
            @ForAll boolean settled,
            @ForAll boolean first)
            throws Exception {
        if (!first) {
            write(new UsageRow(cell, ONE_READING, false, 5, true));
        }
        write(new UsageRow(cell, partial, settled, 5, first));
        assertThat(rows("usage_row", "settled::text || ' ' || shard", cell.group()))
                .containsExactly(new Stored(cell, partial, settled + " 5"));
    }

    @Property(tries = 100, seed = "20261125")
    void holdsAnAdjustmentAsItWasWritten(
            @ForAll("cells") UsageCell cell, @ForAll("partials") UsagePartial partial)
            throws Exception {
        WrittenRows.write(
                connection,
                List.of(),
                List.of(new Adjustment(cell, AdjustmentReason.VOID, partial)),
                List.of());
        assertThat(rows("adjustment_row", "reason", cell.group()))
                .containsExactly(new Stored(cell, partial, "void"));
    }

    @Property(tries = 100, seed = "20261126")
    void holdsADistinctValueOnceHoweverOftenItIsWritten(
            @ForAll("cells") UsageCell cell, @ForAll("texts") String value) throws Exception {
        for (int i = 0; i < 2; i++) {
            WrittenRows.write(
                    connection, List.of(), List.of(), List.of(new DistinctValue(cell, value)));
        }
        try (var statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery(
                                "select value, uuid_send(value_hash), subject, group_by::text"
                                        + " from tallyflow.distinct_value"
                                        + " join tallyflow.cell using (cell, layer)")) {
            assertThat(row.next()).isTrue();
            assertThat(row.getString(1)).isEqualTo(value);
            assertThat(row.getBytes(2)).isEqualTo(TextHash.of(value));
            assertThat(row.getString(3)).isEqualTo(cell.subject());
            assertThat(spaceless(row.getString(4))).isEqualTo(cell.group());
            assertThat(row.next()).isFalse();
        }
    }

    @Provide
    Arbitrary<String> texts() {
        return Arbitraries.strings()
                .excludeChars('\u0000')
                .ofMaxLength(40)
                // No halves of characters: those are refused on the way in.
                .filter(text -> text.chars().noneMatch(c -> Character.isSurrogate((char) c)))
                .map(text -> text.isEmpty() ? "\uD83D\uDE00" : text);
    }

    @Provide
    Arbitrary<UsageCell> cells() {
        return Combinators.combine(
                        Arbitraries.of("m", "n"),
                        texts(),
                        Arbitraries.of("{}", "{\"model\":\"\\\"é\\\\\"}"),
                        Arbitraries.longs().between(FIRST_MILLIS, LAST_MILLIS))
                .as(
                        (meter, subject, group, start) ->
                                new UsageCell(meter, subject, group, start, start + MINUTE));
    }

    @Provide
    Arbitrary<UsagePartial> partials() {
        Arbitrary<UsagePartial> counts =
                Arbitraries.longs()
                        .between(0, Long.MAX_VALUE)
                        .map(n -> new UsagePartial(n, null, null, null, null, 0, null, null));
        Arbitrary<UsagePartial> numbers =
                Combinators.combine(
                                quantities(),
                                quantities(),
                                quantities(),
                                Arbitraries.longs().between(FIRST_MILLIS, LAST_MILLIS),
                                texts())
                        .as(
                                (sum, min, max, millis, text) ->
                                        new UsagePartial(
                                                1,
                                                sum,
                                                min,
                                                max,
                                                min,
                                                millis * 1000 + 1,
                                                text,
                                                "id"));
        return Arbitraries.oneOf(counts, numbers);
    }

    /** As large and as small as they come. */
    private static Arbitrary<BigDecimal> quantities() {
        return Arbitraries.oneOf(
                Arbitraries.of("0", "1E+3", "-1E+19", "0.000000000000000001", "0.0001", "10000")
                        .map(BigDecimal::new),
                Arbitraries.bigDecimals()
                        .between(new BigDecimal("-1E20"), new BigDecimal("1E20"))
                        .ofScale(18));
    }

    /** A row as Postgres has it. */
    private record Stored(UsageCell cell, UsagePartial partial, String rest) {
        @Override
        public boolean equals(@Nullable Object other) {
            // A number is what it is worth.
            return other instanceof Stored that && text().equals(that.text());
        }

        @Override
        public int hashCode() {
            return text().hashCode();
        }

        private String text() {
            return cell
                    + rest
                    + partial.readings()
                    + plain(partial.sum())
                    + plain(partial.min())
                    + plain(partial.max())
                    + plain(partial.latest())
                    + (partial.latest() == null ? "" : partial.latestTimeMicros())
                    + partial.latestSource()
                    + partial.latestId();
        }

        private static String plain(@Nullable BigDecimal value) {
            return value == null ? " none" : " " + value.stripTrailingZeros().toPlainString();
        }
    }

    private static String spaceless(String json) {
        return json.replace("\": \"", "\":\"");
    }

    private static List<Stored> rows(String table, String rest, String group) throws SQLException {
        String sql =
                """
                select slug, subject, cell.group_by::text, readings, sum, min, max, latest,
                    (extract(epoch from window_start) * 1000)::bigint,
                    cell = tallyflow.cell_of(name, subject, ?),
                    (extract(epoch from latest_at) * 1000000)::bigint,
                    latest_source, latest_id, %s
                from tallyflow.%s
                join tallyflow.cell using (cell, layer) join tallyflow.layer using (layer)
                """
                        .formatted(rest, table);
        List<Stored> stored = new ArrayList<>();
        try (var statement = connection.prepareStatement(sql)) {
            statement.setString(1, group);
            ResultSet row = statement.executeQuery();
            while (row.next()) {
                assertThat(spaceless(row.getString(3))).isEqualTo(group);
                assertThat(row.getBoolean(10)).as("key of the cell").isTrue();
                UsageCell cell =
                        new UsageCell(
                                row.getString(1),
                                row.getString(2),
                                group,
                                row.getLong(9),
                                row.getLong(9) + MINUTE);
                UsagePartial partial =
                        new UsagePartial(
                                row.getLong(4),
                                row.getBigDecimal(5),
                                row.getBigDecimal(6),
                                row.getBigDecimal(7),
                                row.getBigDecimal(8),
                                row.getLong(11),
                                row.getString(12),
                                row.getString(13));
                stored.add(new Stored(cell, partial, row.getString(14)));
            }
        }
        return stored;
    }
}
