package io.tallyflow.operations.run;

import static io.tallyflow.schemas.event.AnEvent.anEvent;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallyflow.connectors.postgres.schema.AskedVersions;
import io.tallyflow.connectors.postgres.schema.MeterRegistry;
import io.tallyflow.operations.counting.RunLimits;
import io.tallyflow.results.RequestFailedException;
import io.tallyflow.results.RequestRefusedException;
import io.tallyflow.schemas.event.UsageEvent;
import io.tallyflow.schemas.meter.Meter;
import io.tallyflow.schemas.meter.MeterFile;
import io.tallyflow.schemas.meter.MeterVersion;
import io.tallyflow.schemas.stream.LakeRow;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What definitions come to that nobody has asked for. */
final class PreviewTest extends BackfillRig {

    private static final int DAYS = 5;

    private static final Map<String, Function<List<Fact>, @Nullable BigDecimal>> TRUTH =
            Map.of(
                    "COUNT", facts -> BigDecimal.valueOf(facts.size()),
                    "SUM", facts -> sum(facts),
                    "AVG",
                            facts ->
                                    sum(facts)
                                            .divide(
                                                    BigDecimal.valueOf(facts.size()),
                                                    18,
                                                    RoundingMode.HALF_UP),
                    "MIN",
                            facts ->
                                    facts.stream()
                                            .map(Fact::n)
                                            .min(Comparator.naturalOrder())
                                            .get(),
                    "MAX",
                            facts ->
                                    facts.stream()
                                            .map(Fact::n)
                                            .max(Comparator.naturalOrder())
                                            .get(),
                    "UNIQUE_COUNT",
                            facts ->
                                    BigDecimal.valueOf(
                                            facts.stream().map(Fact::n).distinct().count()),
                    "LATEST",
                            facts ->
                                    facts.stream()
                                            .max(
                                                    Comparator.comparing(Fact::at)
                                                            .thenComparing(Fact::id))
                                            .get()
                                            .n());

    /** What is known of an event. */
    private record Fact(String subject, String id, Instant at, BigDecimal n) {}

    private static BigDecimal sum(List<Fact> facts) {
        return facts.stream().map(Fact::n).reduce(BigDecimal.ZERO, BigDecimal::add);
    }

    @ParameterizedTest
    @ValueSource(longs = {24_000, 64 << 20})
    void countsEachSubjectAsAWholeHoweverLittleMemoryThereIs(long memory) throws Exception {
        List<Fact> facts = facts(new Random(memory), 6_000);
        count(
                "m",
                "{slug: m, eventType: t, aggregation: UNIQUE_COUNT, valueProperty: $.n}",
                rows(facts),
                3);
        RunLimits limits = new RunLimits(2, memory, 1_000);
        for (String aggregation : TRUTH.keySet()) {
            Preview.Outcome outcome =
                    preview(limits)
                            .run(new Preview.Request(meter(aggregation), null, null, List.of()));
            assertThat(outcome.checkpoint()).isPositive();
            assertThat(proposed(outcome)).as(aggregation).isEqualTo(truth(aggregation, facts));
            assertThat(outcome.rows())
                    .extracting(row -> text(row.inForce()))
                    .containsExactlyElementsOf(
                            new TreeMap<>(truth("UNIQUE_COUNT", facts)).values());
        }
        Instant from = FIRST_DAY.plus(Duration.ofDays(1));
        Instant to = FIRST_DAY.plus(Duration.ofDays(3)).plusSeconds(60);
        List<Fact> between =
                facts.stream()
                        .filter(fact -> !fact.at().isBefore(from) && fact.at().isBefore(to))
                        .filter(fact -> fact.subject().equals("s7"))
                        .toList();
        assertThat(
                        proposed(
                                preview(limits)
                                        .run(
                                                new Preview.Request(
                                                        meter("SUM"), from, to, List.of("s7")))))
                .isEqualTo(truth("SUM", between));
    }

    @Test
    void comparesWithWhatIsInForceEachVersionForItsTime() throws Exception {
        List<Fact> facts = facts(new Random(1), 500);
        count("calls", "{slug: calls, eventType: t, aggregation: COUNT}", rows(facts), 1);
        Instant change = FIRST_DAY.plus(Duration.ofDays(2));
        try (Connection connection = database.connect()) {
            Meter other =
                    MeterFile.parse(
                                    "m",
                                    "meters: [{slug: calls, eventType: none, aggregation: COUNT}]")
                            .get(0);
            long request =
                    AskedVersions.ask(
                            connection,
                            List.of(
                                    new MeterVersion(
                                            other,
                                            2,
                                            change.toEpochMilli(),
                                            MeterVersion.ALWAYS_TO)));
            MeterRegistry.register(connection, 0, request, ++commits, unused -> 0L);
        }
        List<Fact> before = facts.stream().filter(fact -> fact.at().isBefore(change)).toList();
        Map<String, String> inForce = truth("COUNT", before);
        Map<String, String> all = truth("COUNT", facts);
        List<Preview.Row> rows =
                preview(LIMITS)
                        .run(
                                new Preview.Request(
                                        MeterFile.parse(
                                                        "m",
                                                        "meters: [{slug: calls, eventType: t,"
                                                                + " aggregation: COUNT}]")
                                                .get(0),
                                        null,
                                        null,
                                        List.of()))
                        .rows();
        assertThat(rows).extracting(Preview.Row::subject).isSorted().hasSize(all.size());
        for (Preview.Row row : rows) {
            assertThat(text(row.proposed())).isEqualTo(all.get(row.subject()));
            assertThat(row.inForce() == null ? null : text(row.inForce()))
                    .isEqualTo(inForce.get(row.subject()));
            if (row.inForce() != null) {
                assertThat(row.difference()).isEqualTo(row.proposed().subtract(row.inForce()));
            }
        }
    }

    @Test
    void showsASubjectOfWhichTheDefinitionTakesNothing() throws Exception {
        count(
                "calls",
                "{slug: calls, eventType: t, aggregation: COUNT}",
                rows(facts(new Random(2), 3)),
                1);
        Preview.Outcome outcome =
                preview(LIMITS)
                        .run(
                                new Preview.Request(
                                        MeterFile.parse(
                                                        "m",
                                                        "meters: [{slug: calls, eventType: none,"
                                                                + " aggregation: COUNT}]")
                                                .get(0),
                                        null,
                                        null,
                                        List.of()));
        assertThat(outcome.rows())
                .isNotEmpty()
                .allSatisfy(
                        row -> {
                            assertThat(row.proposed()).isNull();
                            assertThat(row.inForce()).isNotNull();
                            assertThat(row.difference()).isNull();
                        });
    }

    @Test
    void isEmptyWithoutALakeAndSaysWhatCannotBeAsked() throws Exception {
        assertThat(preview(LIMITS).run(new Preview.Request(meter("SUM"), null, null, List.of())))
                .isEqualTo(new Preview.Outcome(0, List.of()));
        Instant within = FIRST_DAY.plusSeconds(1);
        assertThatThrownBy(() -> new Preview.Request(meter("SUM"), within, null, List.of()))
                .isInstanceOf(RequestRefusedException.class)
                .hasMessageContaining("is within a window of m");
        assertThatThrownBy(() -> new Preview.Request(meter("SUM"), FIRST_DAY, FIRST_DAY, List.of()))
                .isInstanceOf(RequestRefusedException.class)
                .hasMessageContaining("is not before");
    }

    @Test
    void saysThatOneSubjectDoesNotFitIntoMemory() throws Exception {
        List<Fact> facts = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            facts.add(new Fact("s", "id" + i, FIRST_DAY, BigDecimal.valueOf(i)));
        }
        count("m", "{slug: m, eventType: other, aggregation: COUNT}", rows(facts), 1);
        assertThatThrownBy(
                        () ->
                                preview(new RunLimits(2, 20_000, 10))
                                        .run(
                                                new Preview.Request(
                                                        meter("UNIQUE_COUNT"),
                                                        null,
                                                        null,
                                                        List.of())))
                .isInstanceOf(RequestFailedException.class)
                .hasMessageContaining("the distinct values of one subject do not fit into");
    }

    private Preview preview(RunLimits limits) {
        return new Preview(address(), lake.options(), limits, DEAF);
    }

    private static Meter meter(String aggregation) {
        String value = aggregation.equals("COUNT") ? "" : ", valueProperty: $.n";
        return MeterFile.parse(
                        "m",
                        "meters: [{slug: m, eventType: t, aggregation: %s%s, groupBy: {g: $.g}}]"
                                .formatted(aggregation, value))
                .get(0);
    }

    private static List<Fact> facts(Random random, int many) {
        List<Fact> facts = new ArrayList<>();
        for (int i = 0; i < many; i++) {
            facts.add(
                    new Fact(
                            "s" + random.nextInt(40),
                            "id%05d".formatted(i),
                            FIRST_DAY.plusSeconds(random.nextInt(DAYS * 86_400)),
                            BigDecimal.valueOf(random.nextInt(50) - 10)));
        }
        return facts;
    }

    private static List<LakeRow> rows(List<Fact> facts) {
        return facts.stream().map(fact -> LakeRow.accepted(event(fact), 0)).toList();
    }

    private static UsageEvent event(Fact fact) {
        return anEvent()
                .subject(fact.subject())
                .id(fact.id())
                .type("t")
                .timeMicros(fact.at().toEpochMilli() * 1_000)
                .data("{\"n\":" + fact.n() + ",\"g\":\"" + fact.id().hashCode() % 3 + "\"}")
                .build();
    }

    private static Map<String, String> truth(String aggregation, List<Fact> facts) {
        return facts.stream()
                .collect(
                        Collectors.groupingBy(
                                Fact::subject,
                                Collectors.collectingAndThen(
                                        Collectors.toList(),
                                        of -> text(TRUTH.get(aggregation).apply(of)))));
    }

    private static Map<String, String> proposed(Preview.Outcome outcome) {
        return outcome.rows().stream()
                .collect(Collectors.toMap(Preview.Row::subject, row -> text(row.proposed())));
    }

    private static String text(BigDecimal value) {
        return value.stripTrailingZeros().toPlainString();
    }
}
