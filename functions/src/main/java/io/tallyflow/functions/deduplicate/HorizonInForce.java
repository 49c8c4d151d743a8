package io.tallyflow.functions.deduplicate;

import io.tallyflow.functions.identities.block.IdentityFormat;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Which events are stale: those of which an equal one may have counted so long ago that its
 * identity is forgotten.
 *
 * <p>With one dedupe horizon from the first start on these are the events whose time lies further
 * before their Kafka time than the horizon. A longer horizon at a later start finds a memory that
 * is too short for it: what the shorter one let go does not come back. It is therefore in force
 * only for events whose first cannot be among that, so that it grows as fast as memory fills; for
 * all others what was in force before stays so.
 *
 * <p>An event that counted at an earlier time than its copy says came no more than {@link
 * DedupeRules#ahead} before that time, by Kafka timestamps, and was put into memory no earlier than
 * a day before its Kafka timestamp, by the worker's clock. What was put later than the time to live
 * reaches back is there. So an event is remembered if its time lies later than what was forgotten
 * by these two. The clock is asked at barriers only, for what state then says: a replay from the
 * same state decides as the first run did.
 */
final class HorizonInForce {

    /** Nothing was forgotten. */
    private static final long NEVER = Long.MIN_VALUE;

    /** How far Kafka's clocks and those of workers may be ahead of each other. */
    private static final long CLOCKS_APART_MILLIS = Duration.ofDays(1).toMillis();

    private static final String WHAT = "the horizon in force";
    private static final long MICROS_PER_MILLI = 1_000L;
    private static final int HEADER = 1 + 2 * Long.BYTES;

    private final DedupeRules rules;
    private final long startedMillis;
    private final long forgottenMillis;
    private final List<Reach> reaches;

    private HorizonInForce(
            DedupeRules rules, long startedMillis, long forgottenMillis, List<Reach> reaches) {
        this.rules = rules;
        this.startedMillis = startedMillis;
        this.forgottenMillis = forgottenMillis;
        this.reaches = List.copyOf(reaches);
    }

    /**
     * What is remembered: all events with a Kafka timestamp of some moment or later, for a horizon
     * and what events may be ahead.
     *
     * @param sinceMillis the moment, or {@link #NEVER}
     */
    private record Reach(long horizonMillis, long sinceMillis) {

        boolean holds(long timeMillis, long kafkaTimeMillis, long aheadMillis) {
            return timeMillis >= kafkaTimeMillis - horizonMillis
                    && (sinceMillis == NEVER || timeMillis >= sinceMillis + aheadMillis);
        }

        /** Whether all that the other holds is held by this one. */
        boolean covers(Reach other) {
            return horizonMillis >= other.horizonMillis && sinceMillis <= other.sinceMillis;
        }
    }

    /** Of a start without state: nothing was ever forgotten. */
    static HorizonInForce fresh(DedupeRules rules, long nowMillis) {
        Reach all = new Reach(rules.horizon().toMillis(), NEVER);
        return new HorizonInForce(rules, nowMillis, NEVER, List.of(all));
    }

    /**
     * Of a start from state.
     *
     * @param rules those of this start
     * @param ofAllSubtasks what {@link #toBytes} said in each
     * @throws IllegalStateException if nothing was said, or what does not fit together
     */
    static HorizonInForce restored(DedupeRules rules, Iterable<byte[]> ofAllSubtasks) {
        HorizonInForce all = null;
        for (byte[] bytes : ofAllSubtasks) {
            HorizonInForce one = of(rules, bytes);
            all = all == null ? one : all.and(one);
        }
        if (all == null) {
            throw new IllegalStateException(
                    "state does not say since when identities are remembered");
        }
        return all.underItsRules();
    }

    private HorizonInForce and(HorizonInForce other) {
        if (!reaches.equals(other.reaches)) {
            throw new IllegalStateException(
                    "subtasks remember differently: " + reaches + " and " + other.reaches);
        }
        return new HorizonInForce(
                rules,
                Math.min(startedMillis, other.startedMillis),
                Math.max(forgottenMillis, other.forgottenMillis),
                reaches);
    }

    /** A longer horizon than there was holds since what was forgotten, a shorter one as long. */
    private HorizonInForce underItsRules() {
        long horizon = rules.horizon().toMillis();
        Reach newest = new Reach(horizon, forgottenMillis);
        for (Reach reach : reaches) {
            if (reach.horizonMillis >= horizon && reach.sinceMillis < newest.sinceMillis) {
                newest = new Reach(horizon, reach.sinceMillis);
            }
        }
        List<Reach> kept = new ArrayList<>();
        kept.add(newest);
        for (Reach reach : reaches) {
            if (reach.horizonMillis < horizon && !newest.covers(reach)) {
                kept.add(reach);
            }
        }
        return new HorizonInForce(rules, startedMillis, forgottenMillis, kept);
    }

    /** Whether a copy of an event might no longer be recognised, so that it must not count. */
    boolean isStale(long timeMicros, long kafkaTimeMillis) {
        long timeMillis = Math.floorDiv(timeMicros, MICROS_PER_MILLI);
        long aheadMillis = rules.ahead().toMillis();
        for (int i = 0; i < reaches.size(); i++) {
            if (reaches.get(i).holds(timeMillis, kafkaTimeMillis, aheadMillis)) {
                return false;
            }
        }
        return true;
    }

    /** Whether the horizon was longer than what was remembered, so that memory has to fill. */
    boolean grows() {
        return reaches.size() > 1;
    }

    /** For the log: which horizon holds for which events. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (Reach reach : reaches) {
            text.append(text.isEmpty() ? "" : ", else ")
                    .append(Duration.ofMillis(reach.horizonMillis));
            if (reach.sinceMillis != NEVER) {
                text.append(" for events since ")
                        .append(Instant.ofEpochMilli(reach.sinceMillis).plus(rules.ahead()));
            }
        }
        return text.toString();
    }

    /**
     * What a checkpoint must hold. Big endian: the version, 1 byte; when the first start was, 8;
     * what was put later is remembered, 8; then for each horizon, in milliseconds, since which
     * Kafka time it is remembered, 8 each. Times are milliseconds since the epoch, UTC.
     *
     * @param nowMillis the worker's clock
     */
    byte[] toBytes(long nowMillis) {
        ByteBuffer out = ByteBuffer.allocate(HEADER + reaches.size() * 2 * Long.BYTES);
        out.put(IdentityFormat.VERSION).putLong(startedMillis).putLong(forgottenBy(nowMillis));
        for (Reach reach : reaches) {
            out.putLong(reach.horizonMillis).putLong(reach.sinceMillis);
        }
        return out.array();
    }

    private long forgottenBy(long nowMillis) {
        long reach = rules.timeToLive().toMillis() - CLOCKS_APART_MILLIS;
        return nowMillis - startedMillis < reach
                ? forgottenMillis
                : Math.max(forgottenMillis, nowMillis - reach);
    }

    private static HorizonInForce of(DedupeRules rules, byte[] bytes) {
        IdentityFormat.check(WHAT, bytes, HEADER + 2 * Long.BYTES);
        if ((bytes.length - HEADER) % (2 * Long.BYTES) != 0) {
            throw IdentityFormat.damaged(WHAT, bytes);
        }
        ByteBuffer in = ByteBuffer.wrap(bytes, 1, bytes.length - 1);
        long startedMillis = in.getLong();
        long forgottenMillis = in.getLong();
        List<Reach> reaches = new ArrayList<>();
        while (in.hasRemaining()) {
            reaches.add(new Reach(in.getLong(), in.getLong()));
        }
        return new HorizonInForce(rules, startedMillis, forgottenMillis, reaches);
    }
}
