package io.tallyflow.integration.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** How long there was no commit, each time that something was killed. */
final class Recoveries {

    private final List<Duration> all = new ArrayList<>();

    void add(Duration recovery) {
        all.add(recovery);
    }

    /** Prints them, and fails if the median is longer than the goal. */
    void report(String what, Duration goal) {
        List<Duration> sorted = all.stream().sorted().toList();
        Duration median = sorted.get(sorted.size() / 2);
        System.out.printf(
                "recovery after the death of a %s, last commit to next: median %d ms of %s%n",
                what, median.toMillis(), all);
        assertThat(median).isLessThan(goal);
    }
}
