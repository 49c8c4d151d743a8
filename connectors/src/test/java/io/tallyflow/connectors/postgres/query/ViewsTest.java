package io.tallyflow.connectors.postgres.query;

import static io.tallyflow.connectors.postgres.query.Meters.meter;
import static io.tallyflow.schemas.meter.WindowSize.MINUTE;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.schemas.measure.Aggregation;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ViewsTest extends DatabaseTest {

    private static final String USAGE =
            """
            select concat_ws('|', meter, subject, group_by, window_start at time zone 'UTC',
                value, readings, settled, adjustments)
            from tallyflow.usage order by window_start, subject
            """;

    @ParameterizedTest
    @CsvSource({
        "SUM, 6.5, 3",
        "COUNT, 3, 3",
        "AVG, 2.166666666666666667, 3",
        "MIN, 0.5, 3",
        "MAX, 4, 3",
        "LATEST, 4, 3",
        "UNIQUE_COUNT, 3, 3"
    })
    void showsACellWithItsAdjustments(Aggregation aggregation, String value, int readings)
            throws SQLException {
        insert(
                meter("m", aggregation, MINUTE, "model"),
                TakenReading.of("s", "2023-05-05T10:00:01Z", "2.0").in("model", "x"),
                TakenReading.of("s", "2023-05-05T10:00:30Z", "4").in("model", "x").asLate(),
                TakenReading.of("s", "2023-05-05T10:00:10Z", "0.50").in("model", "x").asLate());
        assertThat(column(USAGE))
                .containsExactly(
                        "m|s|{\"model\": \"x\"}|2023-05-05 10:00:00|%s|%d|f|2"
                                .formatted(value, readings));
    }

    @Test
    void showsACellThatHasOnlyAdjustments() throws SQLException {
        insert(
                meter("m", Aggregation.SUM, MINUTE),
                TakenReading.of("s", "2023-05-05T10:00:01Z", "2").asLate());
        assertThat(column(USAGE)).containsExactly("m|s|{}|2023-05-05 10:00:00|2|1|t|1");
    }

    @Test
    void showsACellAsSettledWhenAllItsShardsAre() throws SQLException {
        insert(
                meter("m", Aggregation.SUM, MINUTE),
                TakenReading.of("s", "2023-05-05T10:00:01Z", "2"));
        execute(
                """
                insert into tallyflow.usage_row (layer, cell, window_start, readings, sum, settled,
                    commit, shard)
                select layer, cell, window_start, 4, 5, true, commit, 1
                from tallyflow.usage_row
                """);
        assertThat(column(USAGE)).containsExactly("m|s|{}|2023-05-05 10:00:00|7|5|f|0");
        execute("update tallyflow.usage_row set settled = true where shard = 0");
        assertThat(column(USAGE)).containsExactly("m|s|{}|2023-05-05 10:00:00|7|5|t|0");
    }

    @Test
    void keepsGroupsOfOneWindowApart() throws SQLException {
        insert(
                meter("m", Aggregation.SUM, MINUTE, "model"),
                TakenReading.of("s", "2023-05-05T10:00:01Z", "2").in("model", "x"),
                TakenReading.of("s", "2023-05-05T10:00:02Z", "3").in("model", "y"));
        assertThat(column("select value from tallyflow.usage order by value"))
                .containsExactly("2", "3");
    }

    @Test
    void hasTheColumnsThatConsumersRelyOn() throws SQLException {
        assertThat(columnsOf("usage"))
                .isEqualTo(
                        "meter text, subject text, group_by jsonb,"
                                + " window_start timestamp with time zone,"
                                + " window_end timestamp with time zone,"
                                + " value numeric, readings bigint, settled boolean,"
                                + " adjustments bigint");
        assertThat(columnsOf("progress"))
                .isEqualTo(
                        "pipeline text, epoch bigint, commit bigint, checkpoint bigint,"
                                + " committed_at timestamp with time zone,"
                                + " watermark timestamp with time zone, offsets jsonb,"
                                + " consumed bigint, metered bigint, unmatched bigint,"
                                + " duplicate bigint, conflict bigint, stale bigint,"
                                + " rejected bigint, readings bigint, adjusted bigint,"
                                + " ignored bigint");
        assertThat(columnsOf("query_row"))
                .isEqualTo(
                        "window_start timestamp with time zone,"
                                + " window_end timestamp with time zone,"
                                + " subject text, group_by jsonb, value numeric");
    }

    @Test
    void namesTheArgumentsOfTheQueryAsPromised() throws SQLException {
        assertThat(
                        column(
                                "select pg_get_function_arguments(oid) from pg_proc"
                                        + " where proname = 'query'"))
                .containsExactly(
                        "meter text, \"from\" timestamp with time zone DEFAULT NULL::timestamp"
                                + " with time zone, \"to\" timestamp with time zone DEFAULT"
                                + " NULL::timestamp with time zone, window_size text DEFAULT"
                                + " NULL::text, time_zone text DEFAULT 'UTC'::text, subjects text[]"
                                + " DEFAULT NULL::text[], group_by text[] DEFAULT NULL::text[],"
                                + " filter jsonb DEFAULT NULL::jsonb");
    }

    @Test
    void takesVoidedReadingsOutOfEveryTotal() throws SQLException {
        insert(
                meter("m", Aggregation.AVG, MINUTE),
                TakenReading.of("s", "2023-05-05T10:00:01Z", "2"),
                TakenReading.of("s", "2023-05-05T10:01:01Z", "5"));
        execute(
                """
                insert into tallyflow.adjustment_row (layer, cell, window_start, readings, sum,
                    reason, commit, checkpoint, committed_at)
                select layer, cell, window_start, -readings, -sum, 'void', 2, 2, now()
                from tallyflow.usage_row where sum = 5
                """);
        QueryCall query = QueryCall.of("m");
        assertThat(query.values(connection())).extracting(Object::toString).containsExactly("2");
        assertThat(query.by("MINUTE").rows(connection())).hasSize(1);
    }

    private String columnsOf(String relation) throws SQLException {
        return column(
                        """
                        select string_agg(attname || ' ' || format_type(atttypid, atttypmod), ', '
                            order by attnum)
                        from pg_attribute where attrelid = 'tallyflow.%s'::regclass and attnum > 0
                        """
                                .formatted(relation))
                .get(0);
    }
}
