package io.tallyflow.schemas.meter;

import java.io.Serializable;
import java.util.List;

/**
 * One definition of a meter and the event time that it owns, so that every window of a slug is
 * counted by exactly one of its versions once a change is done.
 *
 * @param version from 1; a changed definition has the next one
 * @param fromMillis first instant that it counts, on a boundary of its windows; milliseconds since
 *     the epoch, UTC; {@link #ALWAYS_FROM} for no bound
 * @param toMillis the first that it does not count any more; {@link #ALWAYS_TO} for no bound
 */
public record MeterVersion(Meter meter, int version, long fromMillis, long toMillis)
        implements Serializable {

    /** From the beginning of time. */
    public static final long ALWAYS_FROM = Long.MIN_VALUE;

    /** To its end. */
    public static final long ALWAYS_TO = Long.MAX_VALUE;

    /**
     * @throws IllegalArgumentException if there is no such version, or no time is left for it, or a
     *     bound cuts a window
     */
    public MeterVersion {
        if (version < VersionName.FIRST_VERSION || fromMillis >= toMillis) {
            throw new IllegalArgumentException(
                    "version " + version + " of " + meter.slug() + " counts no time");
        }
        if (cuts(meter, fromMillis, ALWAYS_FROM) || cuts(meter, toMillis, ALWAYS_TO)) {
            throw new IllegalArgumentException(
                    "version " + version + " of " + meter.slug() + " begins or ends in a window");
        }
    }

    private static boolean cuts(Meter meter, long bound, long none) {
        return bound != none && !meter.windowSize().isBoundary(bound);
    }

    /** The first version of a meter, without bounds. */
    public static MeterVersion first(Meter meter) {
        return new MeterVersion(meter, VersionName.FIRST_VERSION, ALWAYS_FROM, ALWAYS_TO);
    }

    /** The first versions of meters, in their order. */
    public static List<MeterVersion> firsts(List<Meter> meters) {
        return meters.stream().map(MeterVersion::first).toList();
    }

    /** The definitions of versions, in their order. */
    public static List<Meter> meters(List<MeterVersion> versions) {
        return versions.stream().map(MeterVersion::meter).toList();
    }

    /** As readings and cells are named. */
    public String name() {
        return VersionName.of(meter.slug(), version);
    }

    /**
     * Whether events of a time are its own.
     *
     * @param timeMillis event time, milliseconds since the epoch, UTC
     */
    public boolean owns(long timeMillis) {
        return timeMillis >= fromMillis && timeMillis < toMillis;
    }
}
