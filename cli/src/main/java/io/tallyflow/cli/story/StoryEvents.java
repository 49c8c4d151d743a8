package io.tallyflow.cli.story;

import io.tallyflow.connectors.kafka.EventRecord;
import io.tallyflow.connectors.kafka.EventSender;
import io.tallyflow.connectors.kafka.EventsTopic;
import io.tallyflow.functions.parse.UsageLineParser;
import io.tallyflow.results.RequestFailedException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.ToLongFunction;

/** What the story sends, and what it must come to. Everything follows from one time. */
final class StoryEvents {

    static final List<String> SUBJECTS = List.of("acme", "globex", "initech");

    /** Calls of before now. */
    static final int PAST = 480;

    /** Number of a call that was none of a customer's. */
    static final int WRONG = 99;

    private static final List<String> MODELS = List.of("large", "small");
    private static final Duration BETWEEN = Duration.ofSeconds(5);

    /** So many that some come to every partition: then no partition holds windows open. */
    private static final int MACHINES = 100;

    private final EventsTopic topic;
    private final Instant begin;
    private final List<StoryCall> calls = new ArrayList<>();
    private int heartbeats;

    /**
     * @param begin when the first call was, at a full minute
     */
    StoryEvents(EventsTopic topic, Instant begin) {
        this.topic = topic;
        this.begin = begin;
    }

    /** The same events, every five seconds, whenever the story is told. */
    static StoryCall call(int number, Instant time) {
        return new StoryCall(
                "call-%04d".formatted(number),
                SUBJECTS.get(number % SUBJECTS.size()),
                time,
                MODELS.get(number % 7 % MODELS.size()),
                number == WRONG ? 900_000 : 100 + number * 37L % 400,
                200 + number * 53L % 900,
                300 + number * 71L % 1_900);
    }

    /** Calls of before now. */
    List<StoryCall> past() {
        return from(begin, 0, PAST);
    }

    /** Calls that begin at a time. */
    static List<StoryCall> from(Instant time, int first, int many) {
        List<StoryCall> some = new ArrayList<>();
        for (int i = 0; i < many; i++) {
            some.add(call(first + i, time.plus(BETWEEN.multipliedBy(i))));
        }
        return some;
    }

    /** Notes that calls count, however they come to the job. */
    void count(List<StoryCall> some) {
        calls.addAll(some);
    }

    /** Notes that a call does not count any more. */
    void forget(StoryCall call) {
        calls.remove(call);
    }

    /** Sends calls, which then count. */
    void send(List<StoryCall> some) {
        List<EventRecord> records = new ArrayList<>();
        some.forEach(call -> records.add(record(call.subject(), call.json())));
        send(records.toArray(EventRecord[]::new));
        count(some);
    }

    /** Tells the job what time it is, so that windows of before settle. */
    void beat(Instant now) {
        heartbeats++;
        EventRecord[] records = new EventRecord[MACHINES];
        for (int machine = 0; machine < MACHINES; machine++) {
            String subject = "machine-" + machine;
            records[machine] =
                    record(
                            subject,
                            ("{\"specversion\":\"1.0\",\"id\":\"beat-%d\",\"source\":\"%s\","
                                            + "\"type\":\"heartbeat\",\"subject\":\"%s\",\"time\":\"%s\"}")
                                    .formatted(heartbeats, subject, subject, now));
        }
        send(records);
    }

    private static EventRecord record(String subject, String json) {
        return new EventRecord(
                subject, json.getBytes(StandardCharsets.UTF_8), UsageLineParser.headers());
    }

    private void send(EventRecord... records) {
        try (EventSender sender = EventSender.to(topic.kafka(), topic.name(), 0)) {
            for (EventRecord record : records) {
                sender.send(record);
            }
            sender.flush();
        } catch (IOException e) {
            throw new RequestFailedException(Objects.toString(e.getMessage(), e.toString()), e);
        }
    }

    /** By subject, what a property of the calls that count comes to. */
    SortedMap<String, Long> sums(ToLongFunction<StoryCall> property) {
        SortedMap<String, Long> sums = new TreeMap<>();
        calls.forEach(
                call -> sums.merge(call.subject(), property.applyAsLong(call), Math::addExact));
        return sums;
    }
}
