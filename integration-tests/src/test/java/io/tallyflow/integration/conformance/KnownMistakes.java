package io.tallyflow.integration.conformance;

import static io.tallyflow.integration.conformance.ExpectedRows.MINUTE;
import static io.tallyflow.integration.conformance.ExpectedRows.row;
import static io.tallyflow.schemas.measure.Aggregation.AVG;
import static io.tallyflow.schemas.measure.Aggregation.COUNT;
import static io.tallyflow.schemas.measure.Aggregation.MAX;
import static io.tallyflow.schemas.measure.Aggregation.MIN;
import static io.tallyflow.schemas.measure.Aggregation.SUM;

import io.tallyflow.connectors.postgres.query.QueryCall;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** What metering systems have got wrong, as scenarios whose answers differ where it is wrong. */
final class KnownMistakes {

    private static final Instant T = Instant.parse("2024-05-06T00:00:00Z");

    private KnownMistakes() {}

    static List<ConformanceScenario> all() {
        return List.of(
                idWithANewTime(),
                copyBeyondABoundary(),
                boundaryInTwoWindows(),
                nothingBecomesZero(),
                badNeighbours(),
                refusedFirstClaimsTheId(),
                averageOfAverages(),
                daysThatDoNotAddUp(),
                textThatBecomesSql());
    }

    private static ConformanceScenario idWithANewTime() {
        ConformanceScenario s =
                ConformanceScenario.of(
                                "retimed", "does not bill an id again that comes with a new time")
                        .meter(COUNT, null);
        return s.sends(
                        s.event(1, T),
                        s.event(1, T.plusMillis(1)),
                        s.event(1, T.plus(Duration.ofHours(5))),
                        s.event(1, T.plus(Duration.ofDays(31))))
                .adds("duplicate", 3)
                .expects("in no window", s.query(COUNT).by("MINUTE"), row(T, MINUTE, "1"));
    }

    private static ConformanceScenario copyBeyondABoundary() {
        ConformanceScenario s =
                ConformanceScenario.of(
                                "boundary_copy", "does not bill a copy beyond midnight of a month")
                        .meter(SUM, "$.value");
        String last = "2024-01-31T23:59:59.999999Z";
        String next = "2024-02-01T00:00:00Z";
        return s.sends(
                        s.event(1, last).value("3"),
                        s.event(1, next).value("3"),
                        s.event(1, last).value("3").arriving("2024-02-20T00:00:00Z"),
                        s.event(2, next).value("5"))
                .adds("duplicate", 2)
                .expects(
                        "neither month",
                        s.query(SUM).by("MONTH"),
                        row("2024-01-01T00:00:00Z", next, "3"),
                        row(next, "2024-03-01T00:00:00Z", "5"))
                .expects("neither day", s.query(SUM).by("DAY"), "3", "5");
    }

    private static ConformanceScenario boundaryInTwoWindows() {
        ConformanceScenario s =
                ConformanceScenario.of(
                                "edge",
                                "counts an event on a boundary in the window that begins there")
                        .meter(COUNT, null);
        Instant noon = T.plus(Duration.ofHours(12));
        QueryCall count = s.query(COUNT);
        return s.sends(
                        s.event(1, noon.minusNanos(1_000)),
                        s.event(2, noon),
                        s.event(3, noon.plus(MINUTE)))
                .expects(
                        "minutes",
                        count.by("MINUTE"),
                        row(noon.minus(MINUTE), MINUTE, "1"),
                        row(noon, MINUTE, "1"),
                        row(noon.plus(MINUTE), MINUTE, "1"))
                .expects("hours", count.by("HOUR"), "1", "2")
                .expects("a range that ends there", count.between(T, noon), "1")
                .expects("a range that begins there", count.between(noon, null), "2");
    }

    private static ConformanceScenario nothingBecomesZero() {
        ConformanceScenario s =
                ConformanceScenario.of("no_zero", "takes nothing for zero")
                        .meter(MIN, "$.value")
                        .meter(MAX, "$.value")
                        .meter(AVG, "$.value")
                        .meter(COUNT, null);
        return s.sends(
                        s.event(1, T).value("5"),
                        s.event(2, T).value("\"12abc\""),
                        s.event(3, T).value("null"),
                        s.event(4, T).value("\"\""),
                        s.event(5, T).value("true"),
                        s.event(6, T.plus(MINUTE)).value("-5"))
                .adds("ignored.NUMBER_FORMAT", 6)
                .adds("ignored.NULL", 3)
                .adds("ignored.BOOLEAN", 3)
                .expects("smallest", s.query(MIN).by("MINUTE"), "5", "-5")
                .expects("greatest", s.query(MAX).by("MINUTE"), "5", "-5")
                .expects("average", s.query(AVG).by("MINUTE"), "5", "-5")
                .expects("and counts every event", s.query(COUNT), "6");
    }

    private static ConformanceScenario badNeighbours() {
        ConformanceScenario s =
                ConformanceScenario.of("neighbours", "keeps good events between bad ones")
                        .meter(COUNT, null);
        String[] bad = {"", "{", "12", "[]", "{}", "\u0000", "{\"id\":\"1\",\"id\":\"2\"}"};
        for (int i = 0; i < 70; i++) {
            s.sends(s.event(i, T), s.event(i, T).raw(bad[i % bad.length]));
        }
        return s.adds("rejected.JSON", 50)
                .adds("rejected.MISSING", 10)
                .adds("rejected.DUPLICATE_KEY", 10)
                .expects("each of them", s.query(COUNT), "70");
    }

    private static ConformanceScenario refusedFirstClaimsTheId() {
        ConformanceScenario s =
                ConformanceScenario.of(
                                "claims", "lets an event that was refused be sent again, corrected")
                        .meter(SUM, "$.value");
        UsageRecord first = s.event(1, T).value("7");
        return s.sends(
                        first.value("[7}"),
                        first.id("2").arriving("2024-06-30T00:00:00Z"),
                        first,
                        first.id("2"),
                        first)
                .adds("rejected.JSON", 1)
                .adds("stale", 1)
                .adds("duplicate", 1)
                .expects("and counts it once", s.query(SUM), "14");
    }

    private static ConformanceScenario averageOfAverages() {
        ConformanceScenario s =
                ConformanceScenario.of(
                                "day_average", "averages a day by its readings, not by its minutes")
                        .meter(AVG, "$.value");
        IntStream.range(0, 99).forEach(i -> s.sends(s.event(i, T.plusSeconds(i % 60)).value("1")));
        return s.sends(
                        s.event(99, T.plus(Duration.ofHours(1))).value("101"),
                        s.event(100, T.plus(Duration.ofDays(1))).value("2"))
                .expects("day by day", s.query(AVG).by("DAY"), "2", "2")
                .expects("in all", s.query(AVG), "2");
    }

    private static ConformanceScenario daysThatDoNotAddUp() {
        ConformanceScenario s =
                ConformanceScenario.of("adding_up", "makes the days of a range add up to its total")
                        .meter(SUM, "$.value");
        Instant start = Instant.parse("2025-10-24T22:00:00Z"); // midnight in Berlin
        IntStream.range(-5, 78)
                .forEach(hour -> s.sends(s.event(hour + 5, start.plus(Duration.ofHours(hour)))));
        QueryCall range =
                s.query(SUM)
                        .between(start, Instant.parse("2025-10-27T23:00:00Z"))
                        .in("Europe/Berlin");
        return s.expects("the total", range, "73")
                .expects("the days, one of 25 hours", range.by("DAY"), "24", "25", "24");
    }

    private static ConformanceScenario textThatBecomesSql() {
        ConformanceScenario s =
                ConformanceScenario.of("sql", "takes text for text").meter(SUM, "$.value", "model");
        String subject = "customer', (SELECT pg_sleep(3)), 'key";
        String model = "it's \"quoted\" \\'; drop table tallyflow.ledger; --";
        String json = "it's \\\"quoted\\\" \\\\'; drop table tallyflow.ledger; --";
        return s.sends(
                        s.event(1, T).of(subject).data("{\"value\":3,\"model\":\"" + json + "\"}"),
                        s.event(2, T).value("4"))
                .expects("as a subject", s.query(SUM).ofSubjects(subject), "3")
                .expects("as a filter", s.query(SUM).where("model", model), "3")
                .expects(
                        "as a group",
                        s.query(SUM).by("MINUTE").groupedBy("model"),
                        row(T, MINUTE, Map.of("model", ""), "4"),
                        row(T, MINUTE, Map.of("model", model), "3"));
    }
}
