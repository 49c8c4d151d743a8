package io.tallyflow.benchmarks;

import io.tallyflow.benchmarks.measure.BrokerProcess;
import io.tallyflow.benchmarks.measure.Workplace;
import io.tallyflow.benchmarks.programs.ProgramName;
import io.tallyflow.benchmarks.programs.ProgramProcess;
import io.tallyflow.benchmarks.report.Measurement;
import io.tallyflow.benchmarks.workload.SubjectMix;
import io.tallyflow.benchmarks.workload.TopicLoader;
import io.tallyflow.benchmarks.workload.WorkloadSettings;
import io.tallyflow.local.embedded.Topics;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Runs programs in turns on the same events.
 *
 * @param events for Tallyflow and the limit
 * @param peerEvents for the others, which are slower
 * @param progress is told what happens
 */
record Throughput(
        List<ProgramName> programs,
        long events,
        long peerEvents,
        int rounds,
        SubjectMix subjects,
        ProgramRunner.Load load,
        PrintWriter progress) {

    private static final String PEER_TOPIC = "usage.events.peers";

    /** All runs, in the order in which they were made. */
    List<Measurement> measure() {
        List<Measurement> measurements = new ArrayList<>();
        try (Workplace workplace = Workplace.open()) {
            BrokerProcess broker =
                    workplace.start(() -> BrokerProcess.start(workplace.directory("kafka")));
            LoadedTopic own = own(broker.bootstrap());
            LoadedTopic peers = peers(broker.bootstrap(), own);
            ProgramRunner runner = new ProgramRunner(workplace, broker, load);
            for (int round = 1; round <= rounds; round++) {
                for (ProgramName program : programs) {
                    LoadedTopic topic = readsOwn(program) ? own : peers;
                    measurements.add(measure(runner, program, topic, round));
                }
            }
        }
        return measurements;
    }

    private static boolean readsOwn(ProgramName program) {
        return program.isProduct() || program == ProgramName.LIMIT;
    }

    private @Nullable LoadedTopic own(String bootstrap) {
        boolean needed = events == peerEvents || programs.stream().anyMatch(Throughput::readsOwn);
        return needed
                ? LoadedTopic.load(
                        bootstrap,
                        Topics.EVENTS,
                        WorkloadSettings.standard(events, subjects),
                        progress)
                : null;
    }

    private @Nullable LoadedTopic peers(String bootstrap, @Nullable LoadedTopic own) {
        if (events == peerEvents || programs.stream().allMatch(Throughput::readsOwn)) {
            return own;
        }
        new TopicLoader(bootstrap, PEER_TOPIC).create(Topics.EVENT_PARTITIONS);
        return LoadedTopic.load(
                bootstrap, PEER_TOPIC, WorkloadSettings.standard(peerEvents, subjects), progress);
    }

    private Measurement measure(
            ProgramRunner runner, ProgramName program, @Nullable LoadedTopic topic, int round) {
        if (topic == null) {
            throw new IllegalStateException("nothing loaded for " + program);
        }
        ProgramProcess.Taken taken = runner.run(program, topic);
        Measurement measurement =
                new Measurement(
                        program.label(),
                        round,
                        topic.records(),
                        topic.records() - topic.markAt(),
                        taken.result(),
                        taken.serversCpuNanos(),
                        differences(topic, taken));
        progress.printf(
                Locale.ROOT,
                "round %d  %-16s %,10.0f events/s  %6.2f µs of CPU an event  %s%n",
                round,
                measurement.program(),
                measurement.recordsPerSecond(),
                measurement.cpuMicros(),
                measurement.differences().isEmpty() ? "✓" : measurement.differences());
        progress.flush();
        return measurement;
    }

    private static String differences(LoadedTopic topic, ProgramProcess.Taken taken) {
        String postgres = topic.truth().differences(taken.result().answer());
        String lake = topic.truth().differences(taken.result().lake());
        return lake.isEmpty() ? postgres : postgres + " lake: " + lake;
    }
}
