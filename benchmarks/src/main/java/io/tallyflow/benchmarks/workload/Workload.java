package io.tallyflow.benchmarks.workload;

/**
 * The events of a run: for each position in the stream the record that stands there, decided from
 * the seed and the position alone.
 *
 * <p>Every tenth record repeats, byte for byte, one from up to 100,000 positions before it. All
 * others are different. Event time passes evenly, and each event's lies up to two seconds before or
 * after its turn. Not for use by several threads.
 */
public final class Workload {

    /** Every so many records one is a replay. */
    static final int REPLAY_EVERY = 10;

    /** How far back a replayed record may lie. */
    static final int REPLAY_REACH = 100_000;

    private static final int JITTER_MILLIS = 2_000;
    private static final int MOST_TOKENS = 4_000;
    private static final int MOST_DURATION_MILLIS = 3_000;

    private final WorkloadSettings settings;
    private final Alias subjects;
    private final WindowTurns turns;

    public Workload(WorkloadSettings settings) {
        this.settings = settings;
        this.subjects = new Alias(settings.subjects().weights(WorkloadWords.SUBJECTS));
        this.turns = new WindowTurns(settings);
    }

    /** Fills in what stands at a position. */
    void draw(long position, Draw draw) {
        if (settings.windows() > 0) {
            drawNew(position, draw);
            turns.place(position, draw);
        } else {
            drawNew(origin(position), draw);
        }
    }

    /** Fills in an event that is no replay. */
    void drawNew(long origin, Draw draw) {
        draw.origin = origin;
        draw.uncounted = origin < settings.fresh();
        draw.idHigh = Bits.random(settings.seed(), origin);
        long some = Bits.mix(draw.idHigh);
        draw.idLow = Bits.mix(some);
        draw.subject = subjects.draw(Bits.mix(draw.idLow));
        draw.timeMillis =
                settings.sentMillis(origin) + below(some, 0, 2 * JITTER_MILLIS + 1) - JITTER_MILLIS;
        draw.tokens = 1 + below(some, 16, MOST_TOKENS);
        draw.durationMillis = 1 + below(some, 32, MOST_DURATION_MILLIS);
        details(draw, draw.idLow);
    }

    private static void details(Draw draw, long bits) {
        draw.source = below(bits, 0, WorkloadWords.SOURCES);
        draw.model = below(bits, 8, WorkloadWords.MODELS.size());
        draw.region = below(bits, 24, WorkloadWords.REGIONS.size());
        draw.method = below(bits, 40, WorkloadWords.METHODS.size());
        draw.route = below(bits, 48, WorkloadWords.ROUTES.size());
    }

    /** A number made from 16 of the bits. */
    private static int below(long bits, int from, int bound) {
        return (int) (((bits >>> from) & 0xFFFF) * bound >>> 16);
    }

    private long origin(long position) {
        long counted = position - settings.fresh();
        if (counted < 0 || counted % REPLAY_EVERY != REPLAY_EVERY - 1) {
            return position;
        }
        long reach = Math.min(counted, REPLAY_REACH - 1);
        long back = 1 + Long.remainderUnsigned(Bits.random(~settings.seed(), position), reach);
        long other = counted - back;
        // A replay of a replay is one of the record before it.
        boolean replay = other % REPLAY_EVERY == REPLAY_EVERY - 1;
        return settings.fresh() + (replay ? other - 1 : other);
    }
}
