package io.tallyflow.cli.state;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tallyflow.connectors.iceberg.commit.StoredLake;
import io.tallyflow.connectors.kafka.source.StoredOffset;
import io.tallyflow.operations.state.IdentityBands;
import io.tallyflow.operations.state.StateReport;
import io.tallyflow.operations.state.StateReport.Identities;
import io.tallyflow.operations.state.StateReport.Meter;
import io.tallyflow.operations.state.StateReport.Operator;
import io.tallyflow.schemas.commit.CommitName;
import io.tallyflow.schemas.measure.UsagePartial;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

final class StateFormatTest {

    private static final StateReport REPORT =
            new StateReport(
                    "file:/savepoints/savepoint-fbb5f1-018e996c978d",
                    165,
                    new CommitName(0x5f3aL, 165),
                    Instant.parse("2026-03-01T00:19:54.999Z"),
                    List.of(
                            new StoredOffset("usage.events", 0, 1_607),
                            new StoredOffset("usage.events", 1, -2)),
                    new StoredLake(new CommitName(0x5f3aL, 160), 0, 2, 1),
                    List.of(
                            new Operator(
                                    "metering.aggregate.usage",
                                    "aggregate usage",
                                    2,
                                    720,
                                    17L,
                                    117_944,
                                    new TreeSet<>(List.of("horizon", "cell-blocks"))),
                            new Operator(
                                    "0a448493b4782967b150582570326227",
                                    "not known to this version",
                                    1,
                                    1,
                                    null,
                                    0,
                                    new TreeSet<>())),
                    identities(),
                    List.of(
                            meter("calls", 670, null, 0),
                            meter("tokens", 669, new BigDecimal("1E+20"), 0),
                            meter("users", 2_555, null, 782)));

    private static final StateReport EMPTY =
            new StateReport(
                    "/savepoint",
                    1,
                    CommitName.NONE,
                    null,
                    List.of(),
                    null,
                    List.of(),
                    new IdentityBands().of(),
                    List.of());

    private static Identities identities() {
        IdentityBands bands = new IdentityBands();
        long newest =
                Duration.ofSeconds(Instant.parse("2026-03-01T00:00:00Z").getEpochSecond())
                        .toHours();
        bands.add(Map.of(newest, 7L, newest - 1, 1L));
        bands.add(
                Map.of(
                        newest,
                        1L,
                        newest - 23,
                        1L,
                        newest - 24,
                        10L,
                        newest - 40 * 24 + 1,
                        100L,
                        newest - 40 * 24,
                        1_000L));
        return bands.of();
    }

    private static Meter meter(String slug, long readings, BigDecimal sum, long distinct) {
        return new Meter(
                slug,
                12,
                Instant.parse("2026-03-01T00:31:00Z"),
                Instant.parse("2026-03-01T00:42:00Z"),
                17,
                192,
                new UsagePartial(readings, sum, null, null, null, 0, null, null),
                distinct);
    }

    private static String written(StateFormat format, StateReport report) throws IOException {
        StringWriter text = new StringWriter();
        PrintWriter out = new PrintWriter(text);
        format.write(report, out);
        out.flush();
        return text.toString().replace(System.lineSeparator(), "\n");
    }

    @Test
    void alignsEverythingForPeople() throws IOException {
        assertThat(written(StateFormat.TABLE, REPORT))
                .isEqualTo(
                        """
                        savepoint  file:/savepoints/savepoint-fbb5f1-018e996c978d
                        commit     5f3a-165  checkpoint 165
                        watermark  2026-03-01T00:19:54.999Z
                        reads on   usage.events-0:1607 usage.events-1:beginning
                        lake       last batch 5f3a-160  files for the next 2  batches not confirmed 1

                        operator                          what it does               parallelism  most  keys   bytes  states
                        metering.aggregate.usage          aggregate usage                      2   720    17  117944  cell-blocks, horizon
                        0a448493b4782967b150582570326227  not known to this version            1     1     -       0  -

                        identities 1120  ages back from 2026-03-01T01:00:00Z, the end of the hour of the newest Kafka time
                        age           identities
                        up to 1 h              8
                        1 h to 1 d             2
                        1 d to 7 d            10
                        7 d to 33 d            0
                        33 d to 40 d         100
                        over 40 d           1000

                        meter   windows  first                 last                  subjects  cells  readings                    sum  min  max  latest  distinct
                        calls        12  2026-03-01T00:31:00Z  2026-03-01T00:42:00Z        17    192       670                      -    -    -       -         -
                        tokens       12  2026-03-01T00:31:00Z  2026-03-01T00:42:00Z        17    192       669  100000000000000000000    -    -       -         -
                        users        12  2026-03-01T00:31:00Z  2026-03-01T00:42:00Z        17    192      2555                      -    -    -       -       782
                        """);
    }

    @Test
    void saysWhatIsNotThere() throws IOException {
        assertThat(written(StateFormat.TABLE, EMPTY))
                .isEqualTo(
                        """
                        savepoint  /savepoint
                        commit     none  checkpoint 1
                        watermark  none yet
                        reads on   from the beginning

                        operator  what it does  parallelism  most  keys  bytes  states

                        identities 0

                        no meter has an open window
                        """);
    }

    @Test
    void writesJsonWithAllDigits() throws IOException {
        String text = written(StateFormat.JSON, REPORT);
        JsonNode json = new ObjectMapper().readTree(text);
        assertThat(text).contains("\"sum\" : 100000000000000000000,");
        assertThat(json.path("commit").asText()).isEqualTo("5f3a-165");
        assertThat(json.path("watermark").asText()).isEqualTo("2026-03-01T00:19:54.999Z");
        assertThat(json.path("offsets").get(1).path("next").asLong()).isEqualTo(-2);
        assertThat(json.path("lake").path("pending_batches").asInt()).isEqualTo(1);
        assertThat(json.path("operators").get(0).path("keys").asLong()).isEqualTo(17);
        assertThat(json.path("operators").get(0).path("states").get(0).asText())
                .isEqualTo("cell-blocks");
        assertThat(json.path("operators").get(1).has("keys")).isFalse();
        assertThat(json.path("identities").path("ages").get(5).path("count").asLong())
                .isEqualTo(1_000);
        assertThat(json.path("identities").path("ages").get(5).has("to_hours")).isFalse();
        assertThat(json.path("meters").get(2).path("distinct_values").asLong()).isEqualTo(782);
        assertThat(json.path("meters").get(2).has("sum")).isFalse();
    }
}
