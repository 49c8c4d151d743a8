package io.tallyflow.benchmarks;

import io.tallyflow.benchmarks.measure.BrokerProcess;
import io.tallyflow.benchmarks.measure.RunResult;
import io.tallyflow.benchmarks.measure.Workplace;
import io.tallyflow.benchmarks.programs.ProgramName;
import io.tallyflow.benchmarks.workload.Answer;
import io.tallyflow.benchmarks.workload.TopicLoader;
import io.tallyflow.benchmarks.workload.WorkloadSettings;
import io.tallyflow.benchmarks.workload.WorkloadTruth;
import io.tallyflow.local.embedded.Topics;
import java.io.PrintWriter;

/**
 * Tallyflow with a past, as {@code program} takes it: a first part of the workload before a
 * restart, the rest after it.
 *
 * @param past what is counted in the table, and how many there are after the first part
 */
record PastRun(ProgramName program, WorkloadSettings workload, Past past, ProgramRunner.Load load) {

    /** So many of something, each of which is one record. */
    record Past(String what, long count) {}

    /** Prints what it took; whether the answer was right. */
    boolean measure(PrintWriter out) {
        try (Workplace workplace = Workplace.open()) {
            return measure(workplace, out);
        }
    }

    private boolean measure(Workplace workplace, PrintWriter out) {
        BrokerProcess broker =
                workplace.start(() -> BrokerProcess.start(workplace.directory("kafka")));
        TopicLoader loader = new TopicLoader(broker.bootstrap(), Topics.EVENTS);
        WorkloadTruth truth = new WorkloadTruth();
        long count = past.count();
        loader.load(workload, 0, count, truth);
        // The rest is not there yet, and neither is what it comes to.
        LoadedTopic topic =
                new LoadedTopic(Topics.EVENTS, workload.records(), 0, count, Answer.none());
        // The program is past the mark and waits for the rest.
        Runnable atLast = () -> loader.load(workload, count, workload.records(), truth);
        RunResult result =
                new ProgramRunner(workplace, broker, load).run(program, topic, atLast).result();
        String differences = truth.answer().differences(result.answer());
        new PastTable(past, workload.records() - count, result, differences)
                .lines()
                .forEach(out::println);
        return differences.isEmpty();
    }
}
