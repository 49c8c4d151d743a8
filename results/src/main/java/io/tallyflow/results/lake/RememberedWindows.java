package io.tallyflow.results.lake;

import java.util.Map;
import java.util.TreeMap;

/** Finds each window once. */
final class RememberedWindows implements Windows {

    private final Windows windows;
    private final TreeMap<Long, Window> known = new TreeMap<>();

    RememberedWindows(Windows windows) {
        this.windows = windows;
    }

    @Override
    public Window of(long millis) {
        Map.Entry<Long, Window> before = known.floorEntry(millis);
        if (before != null && millis < before.getValue().end()) {
            return before.getValue();
        }
        Window window = windows.of(millis);
        known.put(window.start(), window);
        return window;
    }

    @Override
    public boolean fit(long grain, GrainRange range) {
        return windows.fit(grain, range);
    }
}
