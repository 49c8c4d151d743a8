package io.tallyflow.cli.demo;

import io.tallyflow.schemas.event.Lane;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Random;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;

/**
 * Usage of AI tokens as it really comes: mostly good and in order, but also copied, late, bad,
 * contradictory, far too old or ahead of time. Each record carries what must become of it; {@link
 * Truth} adds that up for any prefix of the partitions.
 *
 * <p>Kafka timestamps never go back. About one record in ten is a copy, one in twenty is late by
 * minutes to hours, one in a hundred is malformed and one in a hundred contradicts an earlier one.
 */
public final class UsageGenerator implements Iterator<GeneratedRecord> {

    private static final long SECOND = 1_000_000;
    private static final long MINUTE = 60 * SECOND;
    private static final long HOUR = 60 * MINUTE;
    private static final long DAY = 24 * HOUR;

    /** An event older than this, measured at its Kafka timestamp, is stale. Microseconds. */
    private static final long HORIZON = 32 * DAY;

    /** Jitter of ordinary events, within the out-of-orderness that the pipeline waits for. */
    private static final long JITTER = Duration.ofSeconds(4).toMillis() * 1_000;

    private static final int REMEMBERED = 4_096;

    private final GeneratorSettings settings;
    private final Random random;
    private final List<String> subjects;
    private final List<Original> originals = new ArrayList<>(REMEMBERED);
    private long index;

    public UsageGenerator(GeneratorSettings settings) {
        this.settings = settings;
        this.random = new Random(settings.seed());
        this.subjects = Subjects.names(settings.subjects());
    }

    /** An event that was accepted, and so is the first of its identity. */
    private record Original(Draft draft, byte[] json) {}

    @Override
    public boolean hasNext() {
        return index < settings.records();
    }

    @Override
    public GeneratedRecord next() {
        if (!hasNext()) {
            throw new NoSuchElementException("all " + settings.records() + " records were taken");
        }
        long kafkaMillis = kafkaTime();
        GeneratedRecord record = choose(kafkaMillis, kafkaMillis * 1_000);
        index++;
        return record;
    }

    private long kafkaTime() {
        return settings.startMillis()
                + (settings.records() < 2
                        ? 0
                        : Math.multiplyExact(settings.spanMillis(), index)
                                / (settings.records() - 1));
    }

    private GeneratedRecord choose(long kafkaMillis, long now) {
        int roll = random.nextInt(10_000);
        if (roll < 1_200 && !originals.isEmpty()) {
            return repeat(originals.get(random.nextInt(originals.size())), roll, kafkaMillis);
        }
        Draft draft = draft(ordinaryTime(now));
        if (roll < 1_300) {
            return malformed(draft, kafkaMillis);
        }
        return valid(draft.at(time(roll, now)), null, kafkaMillis);
    }

    /** A copy byte for byte, one with another time, or one that contradicts. */
    private GeneratedRecord repeat(Original original, int roll, long kafkaMillis) {
        Draft draft = original.draft();
        if (roll < 1_000) {
            return record(draft, original.json(), again(draft, original, kafkaMillis), kafkaMillis);
        }
        if (roll < 1_100) {
            return valid(draft.at(ordinaryTime(kafkaMillis * 1_000)), original, kafkaMillis);
        }
        boolean otherType = random.nextInt(4) == 0;
        return valid(
                otherType
                        ? draft.withType(draft.type() + ".v2")
                        : draft.withPayload(draft.payload().changed()),
                original,
                kafkaMillis);
    }

    private GeneratedRecord malformed(Draft draft, long kafkaMillis) {
        if (random.nextInt(20) == 0) {
            long tooEarly = kafkaMillis * 1_000 + DAY + 1 + random.nextInt(1_000_000);
            return record(
                    draft, draft.at(tooEarly).json(), Outcome.rejected("FUTURE"), kafkaMillis);
        }
        Malformed.Spoiled spoiled = Malformed.spoil(draft, random.nextInt(Integer.MAX_VALUE));
        return record(draft, spoiled.value(), Outcome.rejected(spoiled.reason()), kafkaMillis);
    }

    private GeneratedRecord valid(Draft draft, @Nullable Original original, long kafkaMillis) {
        // Some events name no time; the Kafka timestamp is theirs.
        Draft timed = random.nextInt(100) == 0 ? untimed(draft) : draft;
        byte[] json = timed.json();
        Outcome outcome =
                original == null
                        ? first(timed, json, kafkaMillis)
                        : again(timed, original, kafkaMillis);
        return record(timed, json, outcome, kafkaMillis);
    }

    private Outcome first(Draft draft, byte[] json, long kafkaMillis) {
        if (isStale(draft, kafkaMillis)) {
            return Outcome.uncounted(Lane.STALE);
        }
        remember(new Original(draft, json));
        return draft.type().equals(DemoMeters.EVENT_TYPE)
                ? DemoMeters.of(draft.subject(), draft.timeMicros(kafkaMillis), draft.payload())
                : Outcome.uncounted(Lane.UNMATCHED);
    }

    private static Outcome again(Draft draft, Original original, long kafkaMillis) {
        if (isStale(draft, kafkaMillis)) {
            return Outcome.uncounted(Lane.STALE);
        }
        boolean same =
                draft.type().equals(original.draft().type())
                        && draft.payload().json().equals(original.draft().payload().json());
        return Outcome.uncounted(same ? Lane.DUPLICATE : Lane.CONFLICT);
    }

    private static boolean isStale(Draft draft, long kafkaMillis) {
        return kafkaMillis * 1_000 - draft.timeMicros(kafkaMillis) > HORIZON;
    }

    /** What was accepted long ago is still copied, only ever less often. */
    private void remember(Original original) {
        if (originals.size() < REMEMBERED) {
            originals.add(original);
        } else {
            originals.set(random.nextInt(REMEMBERED), original);
        }
    }

    private GeneratedRecord record(
            Draft draft, byte @Nullable [] value, Outcome outcome, long kafkaMillis) {
        byte[] key = draft.subject().getBytes(StandardCharsets.UTF_8);
        int partition = Utils.toPositive(Utils.murmur2(key)) % settings.partitions();
        return new GeneratedRecord(partition, key, value, kafkaMillis, outcome);
    }

    private Draft draft(long timeMicros) {
        // Joined with a dash, these sources and ids would name one event twice.
        boolean dashed = index % 2 == 0;
        String number = Long.toString(index / 2);
        return new Draft(
                dashed ? "1-" + number : number,
                dashed ? "gateway" : "gateway-1",
                random.nextInt(50) == 0 ? "heartbeat" : DemoMeters.EVENT_TYPE,
                subjects.get(subject()),
                timeMicros,
                random.nextInt(4),
                Payload.of(random));
    }

    /** Small numbers more often than great ones: some customers use far more than others. */
    private int subject() {
        return random.nextInt(1 + random.nextInt(subjects.size()));
    }

    private long ordinaryTime(long now) {
        return now - Math.floorMod(random.nextLong(), JITTER);
    }

    private long time(int roll, long now) {
        if (roll < 1_800) {
            return now - between(2 * MINUTE, 6 * HOUR);
        }
        if (roll < 1_850) {
            return now - between(HORIZON + 1, 2 * HORIZON);
        }
        if (roll < 1_860) {
            return now - HORIZON;
        }
        if (roll < 1_870) {
            return now - HORIZON - 1;
        }
        if (roll < 1_890) {
            return now + between(SECOND, DAY);
        }
        if (roll < 1_900) {
            return now + DAY;
        }
        return ordinaryTime(now);
    }

    private long between(long least, long most) {
        return least + Math.floorMod(random.nextLong(), most - least);
    }

    private static Draft untimed(Draft draft) {
        return new Draft(
                draft.id(),
                draft.source(),
                draft.type(),
                draft.subject(),
                null,
                draft.form(),
                draft.payload());
    }
}
