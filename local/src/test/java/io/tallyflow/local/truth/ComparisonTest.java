package io.tallyflow.local.truth;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.connectors.postgres.RegisteredMeters;
import io.tallyflow.connectors.postgres.schema.Migrations;
import io.tallyflow.local.embedded.EmbeddedPostgres;
import io.tallyflow.local.embedded.EmbeddedPostgres.ServerFiles;
import io.tallyflow.schemas.meter.MeterFile;
import io.tallyflow.schemas.progress.Count;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postgresql.ds.PGSimpleDataSource;

/** Postgres holds what a naive computation wrote there by hand. */
@TestInstance(Lifecycle.PER_CLASS)
class ComparisonTest {

    private static final GeneratorSettings SETTINGS =
            GeneratorSettings.anHour(5, 2_000, 1_790_000_000_000L).withOverflow();

    private final Truth truth = new Truth(SETTINGS);
    private EmbeddedPostgres postgres;
    private Connection connection;

    @BeforeAll
    void writeEverything(@TempDir Path directory) throws Exception {
        postgres =
                EmbeddedPostgres.start(
                        new ServerFiles(
                                directory.resolve("data"),
                                Path.of("target", "postgres"),
                                directory.resolve("log")),
                        0);
        PGSimpleDataSource database = new PGSimpleDataSource();
        database.setUrl(postgres.jdbcUrl());
        database.setUser(postgres.user());
        Migrations.apply(database);
        RegisteredMeters.register(database, MeterFile.read(DemoMeters.writeTo(directory)));
        connection = database.getConnection();
        NaiveMetering naive = new NaiveMetering();
        new UsageGenerator(SETTINGS).forEachRemaining(naive::read);
        truth.advanceToEnd();
        new HandWrittenRows(connection).write(naive, truth);
    }

    @AfterAll
    void stop() throws SQLException {
        connection.close();
        postgres.close();
    }

    @Test
    void findsEverythingEqualThatIs() throws SQLException {
        Comparison comparison = Comparison.of(truth, PostgresResults.all(connection));

        assertThat(comparison.differences()).isEmpty();
        assertThat(printed(comparison)).doesNotContain("DIFFERS").doesNotContain("Iceberg");
        assertThat(comparison.isEqual()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "tokens_total   ; update usage_row set sum = sum + 0.000000000000000001",
                "requests_total ; update usage_row set readings = readings + 1",
                "tokens_average ; update usage_row set readings = readings + 1",
                "tokens_largest ; update usage_row set max = max - 1",
                "bytes_least    ; update usage_row set min = min - 1",
                "bytes_stored   ; update usage_row set latest = latest + 1",
                "bytes_stored   ; update usage_row set cell = tallyflow.cell_of('x', 'y', 'z')",
                "bytes_stored   ; update usage_row set window_start = window_start - interval '1 min'",
                "bytes_stored   ; update cell set group_by = '{\"volume\": \"?\", \"zone\": \"\"}'",
                "bytes_stored   ; update cell set subject = subject || ' '",
                "users_active   ; update distinct_value set window_start = window_start - interval '1 hour'",
                "volumes_used   ; delete from distinct_value"
            })
    void showsOneRowThatDiffers(String meter, String change) throws SQLException {
        PostgresResults changed = seenAfter(oneRowOf(meter, change));

        Comparison comparison = Comparison.of(truth, changed);

        assertThat(comparison.isEqual()).isFalse();
        assertThat(comparison.differences())
                .isNotEmpty()
                .allSatisfy(
                        difference ->
                                assertThat(difference)
                                        .contains("meter=" + meter, ": truth ", ", Postgres "));
        assertThat(printed(comparison)).contains("DIFFERS");
    }

    @ParameterizedTest
    @CsvSource({
        "consumed",
        "metered",
        "unmatched",
        "duplicate",
        "conflict",
        "stale",
        "rejected",
        "readings",
        "ignored"
    })
    void showsLaneThatDiffers(String lane) throws SQLException {
        String rest = lane.equals("stale") ? "conflict" : "stale";
        boolean conserved = List.of("readings", "ignored").contains(lane);
        String change = "update tallyflow.ledger set " + lane + " = " + lane + " + 1";
        if (lane.equals("consumed")) {
            change += ", stale = stale + 1";
        } else if (!conserved) {
            change += ", " + rest + " = " + rest + " - 1";
        }

        Comparison comparison = Comparison.of(truth, seenAfter(change));

        assertThat(comparison.isEqual()).isFalse();
        assertThat(printed(comparison).lines())
                .anyMatch(line -> line.startsWith(lane) && line.endsWith("DIFFERS"));
    }

    @Test
    void showsReasonThatDiffers() throws SQLException {
        PostgresResults changed =
                seenAfter("update tallyflow.ledger set reasons = reasons - 'ignored.NULL'");

        Comparison comparison = Comparison.of(truth, changed);

        assertThat(comparison.isEqual()).isFalse();
        assertThat(comparison.differences())
                .singleElement()
                .asString()
                .matches("ignored.NULL: truth [0-9]+, Postgres 0");
    }

    @Test
    void holdsTheLakeAgainstTheTruthAsWell() throws SQLException {
        PostgresResults seen = PostgresResults.all(connection);
        Map<TruthCell, BigDecimal> values = new HashMap<>();
        truth.cells().forEach(cell -> values.put(cell, truth.total(cell).value()));
        long accepted = truth.counts().of(Count.METERED) + truth.counts().of(Count.UNMATCHED);

        Comparison equal =
                Comparison.of(
                        truth,
                        seen,
                        new LakeResults(accepted, truth.counts().of(Count.STALE), values));
        assertThat(equal.isEqual()).isTrue();
        assertThat(printed(equal)).contains("Iceberg");

        assertDiffers(seen, new LakeResults(accepted - 1, truth.counts().of(Count.STALE), values));
        assertDiffers(seen, new LakeResults(accepted, truth.counts().of(Count.STALE) + 1, values));
        TruthCell lost = truth.cells().iterator().next();
        BigDecimal value = values.remove(lost);
        assertThat(
                        assertDiffers(
                                seen,
                                new LakeResults(accepted, truth.counts().of(Count.STALE), values)))
                .containsExactly(lost + ": truth " + Total.shown(value) + ", Iceberg nothing");
    }

    private List<String> assertDiffers(PostgresResults seen, LakeResults lake) {
        Comparison comparison = Comparison.of(truth, seen, lake);
        assertThat(comparison.isEqual()).isFalse();
        return comparison.differences();
    }

    private static String oneRowOf(String meter, String change) {
        String table =
                Stream.of("distinct_value", "usage_row", "cell")
                        .filter(name -> change.contains(" " + name))
                        .findFirst()
                        .orElseThrow();
        return """
        with one as (
            select tableoid, ctid from tallyflow.%s
            where layer = (select layer from tallyflow.layer where slug = '%s') limit 1)
        %s where exists (
            select from one where one.tableoid = %s.tableoid and one.ctid = %s.ctid)
        """
                .formatted(
                        table,
                        meter,
                        change.replaceFirst(table, "tallyflow." + table),
                        table,
                        table);
    }

    /** What is seen after a change that is then taken back. */
    private PostgresResults seenAfter(String change) throws SQLException {
        connection.setAutoCommit(true);
        try (Statement statement = connection.createStatement()) {
            statement.execute("create schema kept");
            for (String table : List.of("cell", "usage_row", "distinct_value", "ledger")) {
                statement.execute(
                        "create table kept.%s as table tallyflow.%s".formatted(table, table));
            }
            try {
                assertThat(statement.executeUpdate(change)).isEqualTo(1);
                return PostgresResults.all(connection);
            } finally {
                connection.setAutoCommit(true);
                for (String table : List.of("cell", "usage_row", "distinct_value", "ledger")) {
                    statement.execute("truncate tallyflow.%s".formatted(table));
                    statement.execute(
                            "insert into tallyflow.%s table kept.%s".formatted(table, table));
                }
                statement.execute("drop schema kept cascade");
            }
        }
    }

    private static String printed(Comparison comparison) {
        StringWriter text = new StringWriter();
        comparison.print(new PrintWriter(text));
        return text.toString();
    }
}
