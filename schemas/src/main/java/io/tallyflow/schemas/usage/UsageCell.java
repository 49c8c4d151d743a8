package io.tallyflow.schemas.usage;

import java.util.Comparator;

/**
 * What a usage row is keyed by: one meter, subject, group and window.
 *
 * <p>Customers choose subjects and groups, and can find very many of one hash. A {@link
 * java.util.HashMap} keeps keys that meet in a tree if they have an order, and in effect in a list
 * if they have none; that is what the order is for.
 *
 * @param meter name of its version, as {@link io.tallyflow.schemas.meter.VersionName} has it
 * @param group canonical group text: a JSON object of strings, names sorted, no white space; {@code
 *     {}} for none
 * @param windowStartMillis inclusive, milliseconds since the epoch, UTC
 * @param windowEndMillis exclusive, milliseconds since the epoch, UTC
 */
public record UsageCell(
        String meter, String subject, String group, long windowStartMillis, long windowEndMillis)
        implements Comparable<UsageCell> {

    private static final Comparator<UsageCell> ORDER =
            Comparator.comparing(UsageCell::subject)
                    .thenComparing(UsageCell::group)
                    .thenComparing(UsageCell::meter)
                    .thenComparingLong(UsageCell::windowStartMillis)
                    .thenComparingLong(UsageCell::windowEndMillis);

    @Override
    public int compareTo(UsageCell other) {
        return ORDER.compare(this, other);
    }
}
