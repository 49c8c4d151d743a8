package io.tallyflow.benchmarks.rows;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.benchmarks.measure.FreshPostgres;
import io.tallyflow.local.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** What is compared writes the same rows. */
final class WayIT {

    private static final int CELLS = 30;
    private static final int MINUTES = 2;

    private static FreshPostgres postgres;
    private static Server server;

    @BeforeAll
    static void start(@TempDir Path directory) throws SQLException {
        postgres =
                FreshPostgres.start(directory.resolve("postgres"), directory.resolve("software"));
        server = Server.connect(postgres.url(), EmbeddedPostgres.NAME);
    }

    @AfterAll
    static void stop() throws SQLException {
        server.close();
        postgres.close();
    }

    @ParameterizedTest
    @EnumSource(names = {"UPSERT", "INSERT", "COPY_BINARY", "COPY_TEXT"})
    void everyWayToInsertBringsTheRowsThatWereDrawn(Way way) throws Exception {
        server.make(Layout.CELL);
        RowFields fields = new RowFields(Layout.CELL);
        List<LayoutRow> rows = new LayoutRows(CELLS).minutes(0, MINUTES, fields);
        assertThat(send(way, fields, rows, 1)).isEqualTo(rows.size());
        assertThat(stored()).isEqualTo(drawn(rows, 1));
    }

    @ParameterizedTest
    @EnumSource(names = {"UPSERT", "UPDATE", "UPDATE_BY_KEY", "UPDATE_STAGED"})
    void everyWayToReplaceLeavesTheRowsThatCameLast(Way way) throws Exception {
        server.make(Layout.CELL);
        RowFields fields = new RowFields(Layout.CELL);
        LayoutRows rows = new LayoutRows(CELLS);
        send(Way.COPY_BINARY, fields, rows.minutes(0, MINUTES, fields), 1);
        List<LayoutRow> last = rows.minutes(0, MINUTES, fields);
        assertThat(send(way, fields, last, 2)).isEqualTo(last.size());
        assertThat(stored()).isEqualTo(drawn(last, 2));
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "FULL")
    void everyLayoutTakesThem(Layout layout) throws Exception {
        server.make(layout);
        RowFields fields = new RowFields(layout);
        LayoutRows rows = new LayoutRows(CELLS);
        List<LayoutRow> first = rows.minutes(0, MINUTES, fields);
        send(Way.COPY_BINARY, fields, first, 1);
        assertThat(stored()).isEqualTo(drawn(first, 1));
        List<LayoutRow> last = rows.minutes(0, MINUTES, fields);
        send(Way.UPDATE_BY_KEY, fields, last, 2);
        assertThat(stored()).isEqualTo(drawn(last, 2));
    }

    private static long send(Way way, RowFields fields, List<LayoutRow> rows, long commit)
            throws SQLException, IOException {
        Way.Encoded encoded = way.encode(fields, rows, commit);
        long[] written = new long[1];
        server.measure(connection -> written[0] = encoded.send(connection));
        return written[0];
    }

    /** LayoutRows, readings, sums and maxima of a commit. */
    private static String stored() throws SQLException, IOException {
        return server.text(
                """
                select concat_ws(' ', count(*), sum(readings), sum(sum), sum(max), min(commit),
                    count(distinct cell), count(distinct window_start))
                from rows.usage_row
                """);
    }

    private static String drawn(List<LayoutRow> rows, long commit) {
        return Stream.of(
                        rows.size(),
                        rows.stream().mapToLong(LayoutRow::readings).sum(),
                        total(rows.stream().map(LayoutRow::sum)),
                        total(rows.stream().map(LayoutRow::max)),
                        commit,
                        CELLS,
                        MINUTES)
                .map(Object::toString)
                .collect(Collectors.joining(" "));
    }

    private static BigDecimal total(Stream<@Nullable BigDecimal> values) {
        return values.filter(Objects::nonNull).reduce(BigDecimal.ZERO, BigDecimal::add);
    }
}
