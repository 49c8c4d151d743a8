package io.tallyflow.results.lake;

import java.time.ZoneId;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The zones of the IANA database, by names in any case, as Postgres takes them. */
final class Zones {

    private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9_+/-]*");

    /** Names that Java has dropped, or left out. */
    private static final Map<String, String> NOT_OF_JAVA =
            Map.of("EST", "-05:00", "MST", "-07:00", "HST", "-10:00", "ROC", "Asia/Taipei");

    private static final TreeMap<String, String> KNOWN = known();

    private Zones() {}

    /** The zone of a name; null if there is none. */
    static @Nullable ZoneId named(String name) {
        String id = NAME.matcher(name).matches() ? KNOWN.get(name) : null;
        return id == null ? null : ZoneId.of(id);
    }

    private static TreeMap<String, String> known() {
        TreeMap<String, String> known = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (String id : ZoneId.getAvailableZoneIds()) {
            // Rules that the IANA database never had.
            if (!id.startsWith("SystemV/")) {
                known.put(id, id);
            }
        }
        known.putAll(NOT_OF_JAVA);
        return known;
    }
}
