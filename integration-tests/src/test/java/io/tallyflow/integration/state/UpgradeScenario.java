package io.tallyflow.integration.state;

import io.tallyflow.schemas.measure.Aggregation;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A stream in parts that leaves something of everything in state, and what it comes to. Which
 * readings come late does not depend on how partitions interleave: time advances evenly in all of
 * them, and late events are for windows that settled while the parts before were read.
 */
final class UpgradeScenario {

    static final String METERS =
            """
            meters:
              - slug: tokens
                eventType: call
                aggregation: SUM
                valueProperty: $.tokens
                groupBy:
                  model: $.model
              - slug: calls
                eventType: call
                aggregation: COUNT
              - slug: users
                eventType: call
                aggregation: UNIQUE_COUNT
                valueProperty: $.user
                groupBy:
                  model: $.model
                windowSize: HOUR
              - slug: duration
                eventType: call
                aggregation: AVG
                valueProperty: $.seconds
                windowSize: HOUR
              - slug: shortest
                eventType: call
                aggregation: MIN
                valueProperty: $.seconds
              - slug: longest
                eventType: call
                aggregation: MAX
                valueProperty: $.seconds
              - slug: seats
                eventType: call
                aggregation: LATEST
                valueProperty: $.seats
                windowSize: DAY
            """;

    /** How each meter adds up, and over which time. */
    private static final Map<String, Kind> KINDS =
            new TreeMap<>(
                    Map.of(
                            "tokens", new Kind(Aggregation.SUM, Duration.ofMinutes(1)),
                            "calls", new Kind(Aggregation.COUNT, Duration.ofMinutes(1)),
                            "users", new Kind(Aggregation.UNIQUE_COUNT, Duration.ofHours(1)),
                            "duration", new Kind(Aggregation.AVG, Duration.ofHours(1)),
                            "shortest", new Kind(Aggregation.MIN, Duration.ofMinutes(1)),
                            "longest", new Kind(Aggregation.MAX, Duration.ofMinutes(1)),
                            "seats", new Kind(Aggregation.LATEST, Duration.ofDays(1))));

    /** Parts before the savepoint: windows settle, late events come, the last commit waits. */
    static final List<String> BEFORE = List.of("settling", "late", "pending");

    /** Parts after it, one for each parallelism. */
    static final List<String> AFTER = List.of("first", "second", "third");

    private static final Instant START = Instant.parse("2026-03-01T00:00:00Z");
    private static final Duration OUT_OF_ORDERNESS = Duration.ofSeconds(5);
    private static final Duration LATENESS = Duration.ofMinutes(10);
    private static final Duration STALE = Duration.ofDays(33);
    private static final int PARTITIONS = 4;
    private static final int CUSTOMERS = 16;

    /** The subject of every other event; so many that its identities are sealed. */
    private static final String BUSY = "busy";

    private final List<SentRecord> records = new ArrayList<>();
    private final List<SentRecord> accepted = new ArrayList<>();
    private final List<Event> events = new ArrayList<>();
    private final Map<String, Long> lanes = new HashMap<>();
    private final List<Counted> counted = new ArrayList<>();
    private Instant now = START;
    private Instant settledUntil = Instant.MIN;
    private int number;

    record Kind(Aggregation aggregation, Duration windowSize) {}

    record Event(String subject, int number, Instant time) {

        String json(String data) {
            return "{\"specversion\":\"1.0\",\"type\":\"call\",\"source\":\"gateway\",\"id\":\""
                    + number
                    + "\",\"subject\":\""
                    + subject
                    + "\",\"time\":\""
                    + time
                    + "\",\"data\":"
                    + data
                    + "}";
        }

        String model() {
            return number % 3 == 0 ? "large" : "small";
        }

        String user() {
            return "user-" + number % 23;
        }

        BigDecimal tokens() {
            return BigDecimal.valueOf(number % 97).add(new BigDecimal("0.125"));
        }

        BigDecimal seconds() {
            return new BigDecimal(number % 41 - 5).movePointLeft(2);
        }

        int seats() {
            return number % 11;
        }

        String data() {
            return "{\"model\":\"%s\",\"user\":\"%s\",\"tokens\":\"%s\",\"seconds\":%s,\"seats\":%d}"
                    .formatted(model(), user(), tokens(), seconds(), seats());
        }
    }

    /** A reading that counts. */
    record Counted(String part, String meter, Event event, boolean late) {

        Instant windowStart() {
            return windowEnd().minus(KINDS.get(meter).windowSize());
        }

        Instant windowEnd() {
            return UpgradeScenario.windowEnd(meter, event.time());
        }

        String subject() {
            return event.subject();
        }

        String cellAndUser() {
            return cell() + event.user();
        }

        String cell() {
            String model = meter.equals("tokens") || meter.equals("users") ? event.model() : "";
            return ScenarioTruth.cell(meter, event.subject(), model, windowStart());
        }
    }

    UpgradeScenario() {
        settling();
        late("late", 20);
        pending();
        for (String part : AFTER) {
            after(part);
        }
    }

    /** All records in the order in which they are sent, part after part. */
    List<SentRecord> records() {
        return records;
    }

    /** The highest watermark once everything before the savepoint has been read. */
    Instant watermark() {
        // The least of the partitions' last times, less how far events may be out of order.
        Map<Integer, Long> last =
                records.stream()
                        .filter(record -> BEFORE.contains(record.part()))
                        .collect(
                                Collectors.toMap(
                                        SentRecord::partition, SentRecord::timeMillis, Math::max));
        return Instant.ofEpochMilli(
                last.values().stream().mapToLong(Long::longValue).min().orElseThrow()
                        - OUT_OF_ORDERNESS.toMillis()
                        - 1);
    }

    private void settling() {
        String part = BEFORE.get(0);
        // Identities of all ages; every window that they make settles.
        for (int days : List.of(41, 35, 10, 2)) {
            now = START.minus(Duration.ofDays(days));
            for (int i = 0; i < PARTITIONS; i++) {
                metered(part, "customer-" + i, now);
            }
        }
        now = START;
        for (int i = 0; i < 2_400; i++) {
            next(part);
        }
        odd(part);
        everywhere(part);
    }

    private void pending() {
        String part = BEFORE.get(2);
        for (int i = 0; i < 120; i++) {
            next(part);
        }
        late(part, 7);
        copies(part, 30);
        everywhere(part);
    }

    private void after(String part) {
        copies(part, 60);
        late(part, 5);
        for (int i = 0; i < 300; i++) {
            next(part);
            now = now.plusSeconds(10);
        }
        odd(part);
        copies(part, 60);
        everywhere(part);
    }

    /** A new event, on time, a second after the one before. */
    private void next(String part) {
        now = now.plusSeconds(1);
        String subject = number % 2 == 0 ? BUSY : "customer-" + number / 2 % CUSTOMERS;
        metered(part, subject, now);
    }

    /** Ends a part: the watermark reaches now, and windows settle before the next part comes. */
    private void everywhere(String part) {
        now = now.plusSeconds(1);
        for (int i = 0; i < PARTITIONS; i++) {
            metered(part, "customer-" + i, now);
        }
        settledUntil = now.minus(OUT_OF_ORDERNESS).minus(LATENESS);
    }

    private void metered(String part, String subject, Instant time) {
        Event event = new Event(subject, number++, time);
        events.add(event);
        send(part, subject, event.json(event.data()));
        lane("metered");
        count(part, event);
    }

    /**
     * New events for the first minutes, which have settled; their hour may be open, their day is.
     */
    private void late(String part, int count) {
        for (int i = 0; i < count; i++) {
            metered(part, "customer-" + i % CUSTOMERS, START.plusSeconds(7 * (i % 9)));
        }
    }

    private static Instant windowEnd(String meter, Instant time) {
        long size = KINDS.get(meter).windowSize().toMillis();
        return Instant.ofEpochMilli((Math.floorDiv(time.toEpochMilli(), size) + 1) * size);
    }

    private void count(String part, Event event) {
        for (String meter : KINDS.keySet()) {
            boolean settled = !windowEnd(meter, event.time()).isAfter(settledUntil);
            counted.add(new Counted(part, meter, event, settled));
            lane("readings");
            if (settled) {
                lane("adjusted");
            }
        }
    }

    /** Events of any age again, of which every tenth has other data. */
    private void copies(String part, int count) {
        int from = PARTITIONS * 4;
        for (int i = 0; i < count; i++) {
            int span = events.size() - from;
            Event event = events.get(from + (int) ((records.size() + i * 7_919L) % span));
            boolean conflict = i % 10 == 0;
            send(part, event.subject(), event.json(conflict ? "{}" : event.data()));
            lane(conflict ? "conflict" : "duplicate");
        }
    }

    /** What is no usage, or no usage of a meter. */
    private void odd(String part) {
        send(part, "customer-0", null);
        send(part, "customer-1", "not JSON");
        lane("rejected");
        lane("rejected");
        Event stale = new Event("customer-2", number++, now.minus(STALE));
        send(part, stale.subject(), stale.json(stale.data()));
        lane("stale");
        Event other = new Event("customer-3", number++, now);
        send(
                part,
                other.subject(),
                other.json("{}").replace("\"type\":\"call\"", "\"type\":\"other\""));
        lane("unmatched");
        // Nothing but a call: all other meters find no value.
        Event bare = new Event("customer-4", number++, now);
        send(part, bare.subject(), bare.json("{}"));
        lane("metered");
        lane("readings");
        counted.add(new Counted(part, "calls", bare, false));
        lanes.merge("ignored", KINDS.size() - 1L, Long::sum);
    }

    private void send(String part, String subject, @Nullable String value) {
        int partition =
                subject.equals(BUSY)
                        ? 0
                        : Integer.parseInt(subject.substring("customer-".length())) % PARTITIONS;
        records.add(new SentRecord(part, partition, now.toEpochMilli(), subject, value));
        lane("consumed");
    }

    /** What was sent last ends in a lane. */
    private void lane(String name) {
        lanes.merge(name, 1L, Long::sum);
        if (name.equals("metered") || name.equals("unmatched")) {
            accepted.add(records.get(records.size() - 1));
        }
    }

    /** What all parts come to. */
    ScenarioTruth truth() {
        ScenarioTruth truth = new ScenarioTruth(new TreeMap<>(lanes), new TreeMap<>());
        counted.stream()
                .collect(Collectors.groupingBy(Counted::cell))
                .forEach((cell, readings) -> truth.totals().put(cell, value(readings)));
        return truth;
    }

    /** Kafka times of the accepted events before the savepoint. */
    List<Instant> identities() {
        return accepted.stream()
                .filter(record -> BEFORE.contains(record.part()))
                .map(record -> Instant.ofEpochMilli(record.timeMillis()))
                .toList();
    }

    /** The records of one part. */
    List<SentRecord> part(String part) {
        return records.stream().filter(record -> record.part().equals(part)).toList();
    }

    /** Readings of a meter in windows that are open at the savepoint. */
    List<Counted> open(String meter) {
        Instant settled = watermark().minus(LATENESS).plusMillis(1);
        return counted.stream()
                .filter(reading -> reading.meter().equals(meter) && !reading.late())
                .filter(reading -> BEFORE.contains(reading.part()))
                .filter(reading -> reading.windowEnd().isAfter(settled))
                .toList();
    }

    static List<String> subjects() {
        return Stream.concat(
                        Stream.of(BUSY),
                        IntStream.range(0, CUSTOMERS).mapToObj(number -> "customer-" + number))
                .toList();
    }

    static List<String> meters() {
        return List.copyOf(KINDS.keySet());
    }

    static Aggregation aggregation(String meter) {
        return KINDS.get(meter).aggregation();
    }

    /** What readings of one meter come to. */
    static BigDecimal value(List<Counted> readings) {
        List<Event> of = readings.stream().map(Counted::event).toList();
        return switch (aggregation(readings.get(0).meter())) {
            case SUM -> of.stream().map(Event::tokens).reduce(BigDecimal.ZERO, BigDecimal::add);
            case COUNT -> BigDecimal.valueOf(of.size());
            case UNIQUE_COUNT ->
                    BigDecimal.valueOf(of.stream().map(Event::user).distinct().count());
            case AVG -> seconds(of).divide(BigDecimal.valueOf(of.size()), 18, RoundingMode.HALF_UP);
            case MIN -> of.stream().map(Event::seconds).min(Comparator.naturalOrder()).get();
            case MAX -> of.stream().map(Event::seconds).max(Comparator.naturalOrder()).get();
            case LATEST ->
                    BigDecimal.valueOf(
                            of.stream()
                                    .max(
                                            Comparator.comparing(Event::time)
                                                    .thenComparing(
                                                            event ->
                                                                    Integer.toString(
                                                                            event.number())))
                                    .get()
                                    .seats());
        };
    }

    static BigDecimal seconds(List<Event> events) {
        return events.stream().map(Event::seconds).reduce(BigDecimal.ZERO, BigDecimal::add);
    }
}
