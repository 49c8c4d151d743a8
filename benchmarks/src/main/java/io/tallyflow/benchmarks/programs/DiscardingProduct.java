package io.tallyflow.benchmarks.programs;

import io.tallyflow.benchmarks.collect.BarrierBoard;
import io.tallyflow.benchmarks.collect.Collected;
import io.tallyflow.benchmarks.collect.UsageCollector;
import io.tallyflow.benchmarks.measure.RunClock;
import io.tallyflow.functions.aggregate.AggregateRules;
import io.tallyflow.functions.deduplicate.DedupeRules;
import io.tallyflow.functions.memory.WorkingMemory;
import io.tallyflow.jobs.metering.LakeEnd;
import io.tallyflow.jobs.metering.MeteringEnds;
import io.tallyflow.jobs.metering.MeteringOptions;
import io.tallyflow.jobs.metering.MeteringPipeline;
import io.tallyflow.jobs.metering.MeteringRules;
import io.tallyflow.jobs.metering.RealEnds;
import io.tallyflow.local.embedded.EmbeddedFlink;
import io.tallyflow.local.embedded.JobSettings;
import io.tallyflow.local.embedded.RunningJob;
import io.tallyflow.schemas.meter.Definitions;
import io.tallyflow.schemas.meter.Meter;
import io.tallyflow.schemas.meter.MeterFile;
import java.io.IOException;
import java.util.List;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;

/**
 * Tallyflow's pipeline from Kafka to nowhere: the engine and settings of {@code up} (RocksDB, a
 * checkpoint every second), its source, every operator, and sinks that discard, but for the last
 * row of each cell. The result is there when a checkpoint with all records has passed the sinks.
 */
final class DiscardingProduct implements Program {

    @Override
    public ProgramOutcome run(ProgramSettings settings, RunClock clock) throws Exception {
        JobSettings job = ProductOptions.job(settings);
        try (RunningJob running = flink(settings).start(job)) {
            Patience patience = new Patience(settings.patience(), running.ended());
            patience.await(
                    () ->
                            BarrierBoard.IN_THIS_PROCESS.hasPassed(
                                    settings.parallelism(), settings.records()));
            clock.finish();
            return ProgramOutcome.of(
                    Collected.answer(), Checkpoints.of(running.webAddress(), running.id()));
        }
    }

    /** Runs the pipeline between Kafka and the collector. */
    static EmbeddedFlink flink(ProgramSettings settings) {
        return flink(settings, new Configuration());
    }

    /** The same with further settings of Flink's. */
    static EmbeddedFlink flink(ProgramSettings settings, Configuration more) {
        return new EmbeddedFlink(
                (environment, job) -> {
                    environment.configure(more);
                    build(environment, job, settings);
                });
    }

    private static void build(
            StreamExecutionEnvironment environment, JobSettings job, ProgramSettings settings)
            throws IOException {
        MeteringOptions options = ProductOptions.withoutLake(job, settings.shards());
        List<Meter> meters = MeterFile.read(options.meters());
        Definitions definitions = Definitions.ofFirsts(meters);
        MeteringEnds ends =
                new MeteringEnds(
                        RealEnds.events(options, definitions),
                        new UsageCollector(),
                        new DiscardingSink<>(),
                        new DiscardingSink<>(),
                        LakeEnd.NONE);
        MeteringRules rules =
                new MeteringRules(
                        definitions,
                        DedupeRules.defaults().with(new WorkingMemory(0, settings.filterBytes())),
                        AggregateRules.defaults(),
                        options.state().subjectShards().number());
        new MeteringPipeline(ends, rules).attachTo(environment, environment.getParallelism());
    }
}
