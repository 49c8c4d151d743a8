package io.tallyflow.benchmarks;

import io.tallyflow.benchmarks.workload.Answer;
import io.tallyflow.benchmarks.workload.TopicLoader;
import io.tallyflow.benchmarks.workload.WorkloadSettings;
import io.tallyflow.benchmarks.workload.WorkloadTruth;
import java.io.PrintWriter;
import java.util.concurrent.TimeUnit;

/**
 * A topic that holds a workload, and what it comes to.
 *
 * @param records in it
 * @param unique of these, those that are not replays
 * @param markAt how many are before the mark that a part of the time is taken from
 */
record LoadedTopic(String name, long records, long unique, long markAt, Answer truth) {

    /** Writes the workload to a topic that is there and empty; the mark is in the middle. */
    static LoadedTopic load(
            String bootstrap, String topic, WorkloadSettings workload, PrintWriter progress) {
        long start = System.nanoTime();
        WorkloadTruth truth = new TopicLoader(bootstrap, topic).load(workload);
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start) + 1;
        progress.printf(
                "%,d records in %s, %,d a second%n",
                workload.records(), topic, workload.records() * 1_000 / millis);
        progress.flush();
        return new LoadedTopic(
                topic, workload.records(), truth.unique(), workload.records() / 2, truth.answer());
    }
}
