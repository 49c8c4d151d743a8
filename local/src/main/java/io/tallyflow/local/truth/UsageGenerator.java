package io.tallyflow.local.truth;

import io.tallyflow.schemas.event.Lane;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Random;
import org.apache.kafka.common.utils.Utils;

/**
 * Usage of AI tokens and of storage as it really comes: mostly good and in order, but also copied,
 * late, bad, contradictory, far too old or ahead of time; a third of it in binary content mode.
 * Each record carries what must become of it; {@link Truth} adds that up for any prefix of the
 * partitions.
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

    /** In UTF-8 the second comes last, in UTF-16 the first does. */
    private static final List<String> ODD_SOURCES =
            List.of("\uff5e/gateway", "\ud83d\ude80/gateway", "urn:gateway:\u00e9");

    private final GeneratorSettings settings;
    private final Random random;
    private final List<String> subjects;
    private final List<Draft> originals = new ArrayList<>(REMEMBERED);
    private long index;

    public UsageGenerator(GeneratorSettings settings) {
        this.settings = settings;
        this.random = new Random(settings.seed());
        this.subjects = Subjects.names(settings.subjects());
    }

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
        if (roll >= 9_970 && settings.overflowing()) {
            return first(huge(draft, now), kafkaMillis);
        }
        Draft timed = draft.at(time(roll, now, draft));
        // Some events name no time; the Kafka timestamp is theirs.
        return first(random.nextInt(100) == 0 ? draft.untimed() : timed, kafkaMillis);
    }

    /** A copy byte for byte, one that is written differently, or one that contradicts. */
    private GeneratedRecord repeat(Draft original, int roll, long kafkaMillis) {
        if (roll < 800) {
            return repeatOf(original, original, kafkaMillis);
        }
        Draft rewritten = original.written(random.nextInt(Draft.FORMS), isBinary());
        if (roll < 1_000) {
            return repeatOf(rewritten, original, kafkaMillis);
        }
        if (roll < 1_100) {
            long time = ordinaryTime(kafkaMillis * 1_000);
            return repeatOf(rewritten.at(time), original, kafkaMillis);
        }
        return repeatOf(contradicting(rewritten), original, kafkaMillis);
    }

    private Draft contradicting(Draft draft) {
        return random.nextInt(4) == 0
                ? draft.withType(draft.type() + ".v2")
                : draft.withPayload(draft.payload().changed(random));
    }

    private GeneratedRecord malformed(Draft draft, long kafkaMillis) {
        if (random.nextInt(20) == 0) {
            long tooEarly = kafkaMillis * 1_000 + DAY + 1 + random.nextInt(1_000_000);
            return record(draft.at(tooEarly), ExpectedOutcome.rejected("FUTURE"), kafkaMillis);
        }
        Malformed.Spoiled bad = Malformed.spoil(draft, random.nextInt(Integer.MAX_VALUE));
        return record(draft, bad.message(), ExpectedOutcome.rejected(bad.reason()), kafkaMillis);
    }

    private GeneratedRecord first(Draft draft, long kafkaMillis) {
        if (isStale(draft, kafkaMillis)) {
            return record(draft, ExpectedOutcome.uncounted(Lane.STALE), kafkaMillis);
        }
        remember(draft);
        ExpectedOutcome outcome =
                draft.type().equals(DemoMeters.HEARTBEAT)
                        ? ExpectedOutcome.uncounted(Lane.UNMATCHED)
                        : ExpectedOutcome.metered(draft.usage(kafkaMillis));
        return record(draft, outcome, kafkaMillis);
    }

    private GeneratedRecord repeatOf(Draft draft, Draft original, long kafkaMillis) {
        Lane lane = Lane.STALE;
        if (!isStale(draft, kafkaMillis)) {
            lane = draft.saysTheSameAs(original) ? Lane.DUPLICATE : Lane.CONFLICT;
        }
        return record(draft, ExpectedOutcome.uncounted(lane), kafkaMillis);
    }

    private static boolean isStale(Draft draft, long kafkaMillis) {
        return kafkaMillis * 1_000 - draft.timeMicros(kafkaMillis) > HORIZON;
    }

    /** What was accepted long ago is still copied, only ever less often. */
    private void remember(Draft original) {
        if (originals.size() < REMEMBERED) {
            originals.add(original);
        } else {
            originals.set(random.nextInt(REMEMBERED), original);
        }
    }

    private GeneratedRecord record(Draft draft, ExpectedOutcome outcome, long kafkaMillis) {
        return record(draft, draft.message(), outcome, kafkaMillis);
    }

    private GeneratedRecord record(
            Draft draft, Message message, ExpectedOutcome outcome, long kafkaMillis) {
        byte[] key = Message.utf8(draft.subject());
        int partition = Utils.toPositive(Utils.murmur2(key)) % settings.partitions();
        return new GeneratedRecord(
                partition, key, message.value(), message.headers(), kafkaMillis, outcome);
    }

    private Draft draft(long timeMicros) {
        String type = type();
        boolean plain = random.nextInt(type.equals(DemoMeters.STORAGE) ? 2 : 8) > 0;
        // Joined with a dash, these sources and ids would name one event twice.
        boolean dashed = index % 2 == 0;
        String number = Long.toString(plain ? index / 2 : index);
        String gateway = dashed ? "gateway" : "gateway-1";
        return new Draft(
                plain && dashed ? "1-" + number : number,
                plain ? gateway : ODD_SOURCES.get(random.nextInt(ODD_SOURCES.size())),
                type,
                subjects.get(subject()),
                timeMicros,
                random.nextInt(Draft.FORMS),
                isBinary(),
                type.equals(DemoMeters.STORAGE) ? Payload.storage(random) : Payload.prompt(random));
    }

    private String type() {
        int roll = random.nextInt(100);
        if (roll < 72) {
            return DemoMeters.PROMPT;
        }
        return roll < 97 ? DemoMeters.STORAGE : DemoMeters.HEARTBEAT;
    }

    private boolean isBinary() {
        return random.nextInt(3) == 0;
    }

    /** Small numbers more often than great ones: some customers use far more than others. */
    private int subject() {
        return random.nextInt(1 + random.nextInt(subjects.size()));
    }

    /** Far enough ahead that its window is open however this is read, and in few windows. */
    private Draft huge(Draft draft, long now) {
        long time = Math.floorDiv(now, HOUR) * HOUR + 18 * HOUR + random.nextInt((int) MINUTE);
        return draft.at(time).withPayload(Payload.huge(draft.type(), random));
    }

    private long ordinaryTime(long now) {
        return now - Math.floorMod(random.nextLong(), JITTER);
    }

    private long time(int roll, long now, Draft draft) {
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
        long time = ordinaryTime(now);
        return draft.type().equals(DemoMeters.STORAGE) ? onTheDot(time) : time;
    }

    /** Storage is often measured at full seconds and minutes, so that measurements meet. */
    private long onTheDot(long time) {
        return switch (random.nextInt(4)) {
            case 0, 1 -> Math.floorDiv(time, MINUTE) * MINUTE;
            case 2 -> Math.floorDiv(time, SECOND) * SECOND;
            default -> time;
        };
    }

    private long between(long least, long most) {
        return least + Math.floorMod(random.nextLong(), most - least);
    }
}
