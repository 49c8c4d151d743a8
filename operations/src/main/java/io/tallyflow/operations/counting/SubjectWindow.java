package io.tallyflow.operations.counting;

import java.util.Comparator;

/**
 * A window of a subject. Customers choose subjects; the order is there for hash tables, as that of
 * {@link io.tallyflow.schemas.usage.UsageCell}.
 */
public final class SubjectWindow implements Comparable<SubjectWindow> {

    private static final Comparator<SubjectWindow> ORDER =
            Comparator.comparing(SubjectWindow::subject)
                    .thenComparingLong(SubjectWindow::startMillis);

    private final String subject;
    private final long startMillis;
    private final long endMillis;
    private final int hash;

    /**
     * @param startMillis inclusive, milliseconds since the epoch, UTC
     * @param endMillis exclusive
     */
    public SubjectWindow(String subject, long startMillis, long endMillis) {
        this.subject = subject;
        this.startMillis = startMillis;
        this.endMillis = endMillis;
        this.hash = hash(subject, startMillis);
    }

    /** Names and windows differ in few bits; as MurmurHash3 ends, all of the hash hang on them. */
    private static int hash(String subject, long startMillis) {
        int hash = 31 * subject.hashCode() + Long.hashCode(startMillis);
        hash = (hash ^ hash >>> 16) * 0x85ebca6b;
        hash = (hash ^ hash >>> 13) * 0xc2b2ae35;
        return hash ^ hash >>> 16;
    }

    public String subject() {
        return subject;
    }

    public long startMillis() {
        return startMillis;
    }

    public long endMillis() {
        return endMillis;
    }

    @Override
    public int hashCode() {
        return hash;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SubjectWindow that
                && hash == that.hash
                && startMillis == that.startMillis
                && subject.equals(that.subject);
    }

    @Override
    public int compareTo(SubjectWindow other) {
        return ORDER.compare(this, other);
    }
}
