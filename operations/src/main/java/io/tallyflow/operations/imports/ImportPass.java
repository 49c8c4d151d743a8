package io.tallyflow.operations.imports;

import io.tallyflow.connectors.iceberg.table.SubjectFilter;
import io.tallyflow.functions.deduplicate.Identity;
import io.tallyflow.results.RequestRefusedException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Goes through sources, a stretch at a time: as many events as memory holds identities of, or as
 * can be sent in an hour, are looked up and then taken. So whatever is sent was looked up not long
 * ago.
 */
final class ImportPass {

    private static final Duration LONGEST_STRETCH = Duration.ofHours(1);

    private final Moments moments;
    private final KnownIdentities known;
    private final IdentityTable identities;
    private final InstantSource clock;
    private final Identity identity = new Identity();

    /** Looks at the lake. */
    @FunctionalInterface
    interface Moments {
        LakeMoment now() throws Exception;
    }

    /** Takes what was looked up. */
    interface Taker {

        /** A stretch begins, of which the lake said what it knows. */
        void begins(LakeMoment moment);

        /** Takes an event like which none was accepted. */
        void takes(SourcedEvent event) throws IOException;

        /** Passes over one of which another was accepted, or taken. */
        void knows(SourcedEvent event);

        /** The stretch ends. */
        void ends() throws IOException;
    }

    /**
     * @param memoryBytes for identities
     */
    ImportPass(Moments moments, KnownIdentities known, long memoryBytes, InstantSource clock) {
        this.moments = moments;
        this.known = known;
        this.identities = new IdentityTable(memoryBytes);
        this.clock = clock;
    }

    /** Looks at the lake, and takes nothing. */
    void requireLake() throws Exception {
        moments.now();
    }

    /**
     * Goes through sources in their order.
     *
     * @throws RequestRefusedException if one is damaged
     * @throws Exception if the lake cannot be read, or what the taker throws
     */
    void run(List<EventSource> sources, Taker taker) throws Exception {
        for (EventSource source : sources) {
            long from = 0;
            for (long to = look(source, from, taker); to > from; to = look(source, from, taker)) {
                from = take(source, from, to, taker);
                taker.ends();
            }
        }
    }

    /** Looks a stretch up; returns where it ends. */
    private long look(EventSource source, long from, Taker taker) throws Exception {
        identities.clear();
        Gathering gathering = new Gathering();
        long to = source.read(from, gathering);
        if (to > from) {
            LakeMoment moment = moments.now();
            if (!identities.isEmpty()) {
                known.mark(identities, gathering.subjects(), moment.view());
            }
            taker.begins(moment);
        }
        return to;
    }

    private long take(EventSource source, long from, long to, Taker taker) throws IOException {
        Instant until = clock.instant().plus(LONGEST_STRETCH);
        return source.read(
                from,
                new EventSource.Visitor() {
                    private long left = to - from;

                    @Override
                    public boolean event(SourcedEvent event) throws IOException {
                        if (identities.isFirst(identity.of(event.event()))) {
                            taker.takes(event);
                        } else {
                            taker.knows(event);
                        }
                        return --left > 0 && clock.instant().isBefore(until);
                    }

                    @Override
                    public boolean bad(BadLine line) {
                        return --left > 0;
                    }
                });
    }

    private final class Gathering implements EventSource.Visitor {
        private final Set<String> subjects = new HashSet<>();

        @Override
        public boolean event(SourcedEvent event) {
            identities.add(identity.of(event.event()));
            if (subjects.size() <= SubjectFilter.MOST_SUBJECTS) {
                subjects.add(event.event().subject());
            }
            return !identities.isFull();
        }

        @Override
        public boolean bad(BadLine line) {
            return true;
        }

        /** None if they are too many. */
        Set<String> subjects() {
            return subjects.size() <= SubjectFilter.MOST_SUBJECTS ? subjects : Set.of();
        }
    }
}
