package io.tallyflow.integration.conformance;

import static io.tallyflow.integration.conformance.ExpectedRows.DAY;
import static io.tallyflow.integration.conformance.ExpectedRows.HOUR;
import static io.tallyflow.integration.conformance.ExpectedRows.MINUTE;
import static io.tallyflow.integration.conformance.ExpectedRows.row;
import static io.tallyflow.schemas.measure.Aggregation.AVG;
import static io.tallyflow.schemas.measure.Aggregation.COUNT;
import static io.tallyflow.schemas.measure.Aggregation.LATEST;
import static io.tallyflow.schemas.measure.Aggregation.MAX;
import static io.tallyflow.schemas.measure.Aggregation.MIN;
import static io.tallyflow.schemas.measure.Aggregation.SUM;
import static io.tallyflow.schemas.measure.Aggregation.UNIQUE_COUNT;

import io.tallyflow.connectors.postgres.query.AnswerRow;
import io.tallyflow.connectors.postgres.query.QueryCall;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** What users of metering systems take for granted, as scenarios. */
final class AcceptedFacts {

    private static final Instant NEW_YEAR = Instant.parse("2023-01-01T00:00:00Z");
    private static final Instant T = Instant.parse("2024-02-12T00:00:00Z");
    private static final ZoneId LOS_ANGELES = ZoneId.of("America/Los_Angeles");

    private AcceptedFacts() {}

    static List<ConformanceScenario> all() {
        return List.of(
                requestsByRoute(),
                durationsByDay(),
                valuesThatAreNoNumbers(),
                oneIdAtManyTimes(),
                oneIdFromTwoSources(),
                dashesBetweenSourceAndId(),
                otherValueUnderOneIdentity(),
                moreDigitsThanADouble(),
                tenths(),
                everyAggregation(),
                distinctValues(),
                latestByEventTime(),
                averageOfReadings(),
                setQ(),
                localDays(),
                wrongQuestions());
    }

    private static ConformanceScenario requestsByRoute() {
        ConformanceScenario s =
                ConformanceScenario.of("requests", "counts requests by method and route")
                        .meter(COUNT, null, "method", "route");
        Map<String, String> hello = Map.of("method", "GET", "route", "/hello");
        return s.sends(requests(s, "{\"method\":\"GET\",\"route\":\"/hello\"}"))
                .expects(
                        "hour by hour, without the hours between",
                        s.query(COUNT).by("HOUR").groupedBy("method", "route"),
                        row(NEW_YEAR, HOUR, hello, "2"),
                        row(NEW_YEAR.plus(DAY), HOUR, hello, "1"));
    }

    private static ConformanceScenario durationsByDay() {
        ConformanceScenario s =
                ConformanceScenario.of("durations", "adds numbers that are sent as text")
                        .meter(SUM, "$.duration_ms");
        return s.sends(
                        requests(
                                s,
                                "{\"method\":\"GET\",\"route\":\"/hello\",\"duration_ms\":\"40\"}"))
                .expects(
                        "day by day",
                        s.query(SUM).by("DAY"),
                        row(NEW_YEAR, DAY, "80"),
                        row(NEW_YEAR.plus(DAY), DAY, "40"));
    }

    private static List<UsageRecord> requests(ConformanceScenario s, String data) {
        return IntStream.of(1, 2, 3)
                .mapToObj(
                        i ->
                                s.event(i, i < 3 ? NEW_YEAR : NEW_YEAR.plus(DAY))
                                        .id("0000" + i)
                                        .from("service-0")
                                        .of("customer-1 of " + s.name())
                                        .data(data))
                .toList();
    }

    private static ConformanceScenario valuesThatAreNoNumbers() {
        ConformanceScenario s =
                ConformanceScenario.of("no_numbers", "takes no reading from what is no number")
                        .meter(SUM, "$.value")
                        .meter(COUNT, null);
        UsageRecord event = s.event(0, T);
        return s.sends(
                        event.id("1").data("null"),
                        event.id("2").data(null),
                        event.id("3").data("{}"),
                        event.id("4").value("\"NaN\""),
                        event.id("5").value("\"Inf\""),
                        event.id("6").value("\"100\""))
                .adds("ignored.MISSING", 3)
                .adds("ignored.NUMBER_FORMAT", 2)
                .expects("adds what is one", s.query(SUM), "100")
                .expects("counts them all", s.query(COUNT), "6");
    }

    private static ConformanceScenario oneIdAtManyTimes() {
        ConformanceScenario s =
                ConformanceScenario.of(
                                "thousand",
                                "counts one identity once, whatever time it is sent with")
                        .meter(COUNT, null);
        Duration step = Duration.ofHours(3).dividedBy(1_000);
        return s.sends(
                        IntStream.range(0, 1_000)
                                .mapToObj(i -> s.event(1, T.plus(step.multipliedBy(i))))
                                .toList())
                .adds("duplicate", 999)
                .expects("of a thousand", s.query(COUNT), "1");
    }

    private static ConformanceScenario oneIdFromTwoSources() {
        ConformanceScenario s =
                ConformanceScenario.of("sources", "tells equal ids of different sources apart")
                        .meter(COUNT, null);
        return s.sends(s.event(1, T).from("a"), s.event(1, T).from("b"))
                .expects("two", s.query(COUNT), "2");
    }

    private static ConformanceScenario dashesBetweenSourceAndId() {
        ConformanceScenario s =
                ConformanceScenario.of("dashes", "does not glue source and id together")
                        .meter(COUNT, null);
        return s.sends(s.event(1, T).from("a-b").id("c"), s.event(1, T).from("a").id("b-c"))
                .expects("two", s.query(COUNT), "2");
    }

    private static ConformanceScenario otherValueUnderOneIdentity() {
        ConformanceScenario s =
                ConformanceScenario.of(
                                "conflict", "counts the first of two values under one identity")
                        .meter(SUM, "$.value");
        return s.sends(s.event(1, T).value("5"), s.event(1, T).value("7"))
                .adds("conflict", 1)
                .expects("five", s.query(SUM), "5");
    }

    private static ConformanceScenario moreDigitsThanADouble() {
        ConformanceScenario s =
                ConformanceScenario.of("digits", "keeps digits that a double loses")
                        .meter(SUM, "$.value");
        return s.sends(
                        s.event(1, T).value("9007199254740993"),
                        s.event(2, T).value("\"9007199254740993\""))
                .expects("as number and as text", s.query(SUM), "18014398509481986");
    }

    private static ConformanceScenario tenths() {
        ConformanceScenario s =
                ConformanceScenario.of("tenths", "adds ten tenths to one").meter(SUM, "$.value");
        return s.sends(IntStream.range(0, 10).mapToObj(i -> s.event(i, T).value("0.1")).toList())
                .expects("exactly", s.query(SUM), "1");
    }

    private static ConformanceScenario everyAggregation() {
        ConformanceScenario s =
                ConformanceScenario.of("every", "gives each aggregation its exact value")
                        .meter(COUNT, null);
        Stream.of(SUM, AVG, MIN, MAX, LATEST).forEach(each -> s.meter(each, "$.value"));
        return s.meter(UNIQUE_COUNT, "$.name")
                .sends(
                        s.event(1, T).data("{\"value\":123,\"name\":1}"),
                        s.event(2, T.plusSeconds(1))
                                .data("{\"value\":\"0.4567890123456789\",\"name\":\"a\"}"),
                        s.event(3, T.plusSeconds(2)).data("{\"value\":null,\"name\":null}"))
                .adds("ignored.NULL", 6)
                .expects("SUM", s.query(SUM), "123.4567890123456789")
                .expects("COUNT", s.query(COUNT), "3")
                .expects("AVG", s.query(AVG), "61.72839450617283945")
                .expects("MIN", s.query(MIN), "0.4567890123456789")
                .expects("MAX", s.query(MAX), "123")
                .expects("UNIQUE_COUNT", s.query(UNIQUE_COUNT), "2")
                .expects("LATEST", s.query(LATEST), "0.4567890123456789");
    }

    private static ConformanceScenario distinctValues() {
        ConformanceScenario s =
                ConformanceScenario.of("distinct", "counts distinct values")
                        .meter(UNIQUE_COUNT, "$.value");
        return s.sends(
                        IntStream.range(0, 20)
                                .mapToObj(
                                        i ->
                                                s.event(i, T.plus(HOUR.multipliedBy(i)))
                                                        .value(Integer.toString(i / 2)))
                                .toList())
                .expects("of twenty events", s.query(UNIQUE_COUNT), "10")
                .expects("within a day", s.query(UNIQUE_COUNT).by("DAY"), "10");
    }

    private static ConformanceScenario latestByEventTime() {
        ConformanceScenario s =
                ConformanceScenario.of("latest", "takes the latest value by event time")
                        .meter(LATEST, "$.value");
        return s.sends(
                        s.event(1, T.minus(MINUTE.multipliedBy(5))).value("100"),
                        s.event(2, T.minus(MINUTE.multipliedBy(3))).value("200"),
                        s.event(3, T.minus(MINUTE)).value("150"))
                .expects("not the greatest", s.query(LATEST), "150");
    }

    private static ConformanceScenario averageOfReadings() {
        ConformanceScenario s =
                ConformanceScenario.of("average", "averages readings, not averages")
                        .meter(AVG, "$.value");
        return s.sends(
                        s.event(1, T).value("10"),
                        s.event(2, T).value("10"),
                        s.event(3, T).value("10"),
                        s.event(4, T.plus(MINUTE)).value("50"))
                .expects("over an hour", s.query(AVG).by("HOUR"), row(T, HOUR, "20"));
    }

    private static ConformanceScenario setQ() {
        ConformanceScenario s =
                ConformanceScenario.of("set_q", "rolls up to every window").meter(SUM, "$.value");
        for (int customer = 1; customer <= 5; customer++) {
            for (Duration after : List.of(Duration.ZERO, MINUTE, HOUR, DAY)) {
                s.sends(
                        s.event(s.records().size(), T.plus(after))
                                .of("customer-" + customer)
                                .value("\"100\""));
            }
        }
        return s.expects("one total", s.query(SUM), "2000")
                .expects(
                        "MINUTE",
                        s.query(SUM).by("MINUTE"),
                        row(T, MINUTE, "500"),
                        row(T.plus(MINUTE), MINUTE, "500"),
                        row(T.plus(HOUR), MINUTE, "500"),
                        row(T.plus(DAY), MINUTE, "500"))
                .expects(
                        "HOUR",
                        s.query(SUM).by("HOUR"),
                        row(T, HOUR, "1000"),
                        row(T.plus(HOUR), HOUR, "500"),
                        row(T.plus(DAY), HOUR, "500"))
                .expects(
                        "DAY",
                        s.query(SUM).by("DAY"),
                        row(T, DAY, "1500"),
                        row(T.plus(DAY), DAY, "500"))
                .expects(
                        "MONTH",
                        s.query(SUM).by("MONTH"),
                        row("2024-02-01T00:00:00Z", "2024-03-01T00:00:00Z", "2000"))
                .expects(
                        "two subjects",
                        s.query(SUM).ofSubjects("customer-1", "customer-2"),
                        "400",
                        "400");
    }

    private static ConformanceScenario localDays() {
        ConformanceScenario s =
                ConformanceScenario.of("local_days", "follows local days when clocks change")
                        .meter(SUM, "$.value");
        LocalDate first = LocalDate.parse("2025-03-06");
        List<LocalDate> days = first.datesUntil(first.plusDays(7)).toList();
        days.forEach(
                day ->
                        s.sends(
                                s.event(
                                                day.getDayOfMonth(),
                                                day.atTime(10, 0).atZone(LOS_ANGELES).toInstant())
                                        .value("100")));
        return s.expects(
                "a day of 23 hours among them",
                s.query(SUM).by("DAY").in(LOS_ANGELES.getId()),
                days.stream().map(AcceptedFacts::hundredOn).toArray(AnswerRow[]::new));
    }

    private static AnswerRow hundredOn(LocalDate day) {
        return new AnswerRow(
                day.atStartOfDay(LOS_ANGELES).toInstant(),
                day.plusDays(1).atStartOfDay(LOS_ANGELES).toInstant(),
                null,
                Map.of(),
                new BigDecimal("100"));
    }

    private static ConformanceScenario wrongQuestions() {
        ConformanceScenario s =
                ConformanceScenario.of("wrong", "answers a wrong question with an error")
                        .meter(COUNT, null);
        QueryCall query = s.sends(s.event(1, T)).query(COUNT);
        return s.refuses("from equals to", query.between(T, T), "from")
                .refuses("from after to", query.between(T.plus(DAY), T), "from")
                .refuses("unknown group", query.groupedBy("colour"), "group_by")
                .refuses("filter on an unknown group", query.where("colour", "red"), "filter")
                .refuses("unknown zone", query.in("Mars/Olympus"), "time_zone")
                .refuses("unknown meter", QueryCall.of("nobody_knows"), "meter");
    }
}
