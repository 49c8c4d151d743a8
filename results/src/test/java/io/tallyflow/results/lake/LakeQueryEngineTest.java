package io.tallyflow.results.lake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallyflow.connectors.iceberg.table.LakeOptions;
import io.tallyflow.connectors.iceberg.write.SmallLake;
import io.tallyflow.connectors.postgres.PostgresServer;
import io.tallyflow.results.RequestFailedException;
import io.tallyflow.results.RequestRefusedException;
import io.tallyflow.results.query.QueryRow;
import io.tallyflow.results.query.UsageQuery;
import io.tallyflow.schemas.meter.Aggregation;
import io.tallyflow.schemas.meter.Meter;
import io.tallyflow.schemas.meter.WindowSize;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A lake that is opened for a query, and lakes and arguments that no query can be answered with.
 */
final class LakeQueryEngineTest {

    private static final Meter REQUESTS =
            new Meter(
                    "requests", "", "request", Aggregation.COUNT, null, List.of(), WindowSize.HOUR);
    private static final Instant NOON = Instant.parse("2025-03-09T12:00:00Z");

    @TempDir private Path warehouse;
    private PostgresServer.Database database;
    private SmallLake lake;

    @BeforeEach
    void create() {
        database = PostgresServer.empty();
        lake = new SmallLake(database, warehouse, Map.of());
    }

    @AfterEach
    void drop() throws IOException {
        lake.close();
        database.close();
    }

    private static UsageQuery of(String meter, Map<String, List<String>> filter) {
        return new UsageQuery(meter, NOON, null, null, "UTC", List.of(), List.of(), filter);
    }

    private static List<QueryRow> answer(LakeOptions options, UsageQuery query) throws IOException {
        List<QueryRow> rows = new ArrayList<>();
        new LakeQueryEngine(options, List.of(REQUESTS)).run(query, rows::add);
        return rows;
    }

    @Test
    void countsNothingInAnEmptyLake() throws IOException {
        assertThat(answer(lake.options(), of("requests", Map.of())))
                .containsExactly(new QueryRow(NOON, null, null, Map.of(), BigDecimal.ZERO));
    }

    @Test
    void refusesAMeterThatIsNotDefined() {
        assertThatThrownBy(() -> answer(lake.options(), of("re\"quests", Map.of())))
                .isInstanceOf(RequestRefusedException.class)
                .hasMessage("meter: there is no meter \"re\\\"quests\"");
    }

    @Test
    void refusesAFilterOfAnUnknownGroup() {
        assertThatThrownBy(
                        () -> answer(lake.options(), of("requests", Map.of("region", List.of()))))
                .isInstanceOf(RequestRefusedException.class)
                .hasMessage(
                        "filter: unknown group \"region\"; meter requests is grouped by nothing");
    }

    @Test
    void failsWithoutItsCatalogAndSaysSoInOneLine() {
        LakeOptions nowhere =
                LakeOptions.of(
                        Map.of("type", "jdbc", "uri", "jdbc:nothing:", "warehouse", "file:/none"),
                        "small",
                        Duration.ofSeconds(1));
        assertThatThrownBy(() -> answer(nowhere, of("requests", Map.of())))
                .isInstanceOf(RequestFailedException.class)
                .hasMessageStartingWith("the lake cannot be read: ")
                .message()
                .doesNotContain("\n");
    }
}
