package io.tallyflow.benchmarks.programs;

import io.tallyflow.benchmarks.measure.CheckpointTimes;
import io.tallyflow.benchmarks.workload.PacedLoad;
import io.tallyflow.local.embedded.RunningJob;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;

/**
 * New events at a steady rate that the program easily keeps up with, made in its own process. The
 * first ones are for the program to settle down: their event time is the present, so that every
 * window that is open settles at once.
 */
final class SteadyLoad {

    private static final int EVENTS_PER_SECOND = 10_000;
    private static final Duration SETTLING_DOWN = Duration.ofSeconds(15);

    /** Flink tells of the last ten checkpoints, which come a second apart. */
    private static final Duration LOOK = Duration.ofSeconds(3);

    private final ProgramSettings settings;

    SteadyLoad(ProgramSettings settings) {
        this.settings = settings;
    }

    /** What the checkpoints take that are triggered in the time that is measured. */
    CheckpointTimes checkpoints(RunningJob running) throws IOException, InterruptedException {
        long seconds = settings.steady().plus(SETTLING_DOWN).toSeconds();
        PacedLoad load =
                new PacedLoad(
                        settings.kafka(),
                        settings.topic(),
                        EVENTS_PER_SECOND,
                        (int) (seconds * EVENTS_PER_SECOND / PacedLoad.WATCHED_EVERY));
        long from = System.currentTimeMillis() + SETTLING_DOWN.toMillis();
        CompletableFuture<Void> sending = CompletableFuture.runAsync(load::send);
        Map<Long, Long> millis = new HashMap<>();
        while (!sending.isDone()) {
            LockSupport.parkNanos(LOOK.toNanos());
            millis.putAll(Checkpoints.latest(running.webAddress(), running.id()));
        }
        sending.join();
        millis.keySet().removeIf(triggered -> triggered < from);
        return CheckpointTimes.of(millis.values().stream().mapToLong(Long::longValue).toArray());
    }
}
