package io.tallyflow.benchmarks.programs;

import io.tallyflow.benchmarks.measure.RunClock;
import io.tallyflow.benchmarks.workload.Answer;
import io.tallyflow.jobs.metering.MeteringOptions;
import io.tallyflow.jobs.metering.RealEnds;
import io.tallyflow.local.embedded.EmbeddedFlink;
import io.tallyflow.local.embedded.JobSettings;
import io.tallyflow.local.embedded.RunningJob;
import io.tallyflow.schemas.event.ParsedRecord;
import io.tallyflow.schemas.meter.Definitions;
import io.tallyflow.schemas.meter.MeterFile;
import java.io.IOException;
import java.util.concurrent.atomic.LongAdder;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * What the engine leaves possible: Tallyflow's Kafka source and parser, each event counted and
 * dropped. Its answer is that it saw every record and rejected none.
 */
final class ReadingLimit implements Program {

    @Override
    public ProgramOutcome run(ProgramSettings settings, RunClock clock) throws Exception {
        JobSettings job = ProductOptions.job(settings);
        try (RunningJob running = new EmbeddedFlink(ReadingLimit::build).start(job)) {
            Patience patience = new Patience(settings.patience(), running.ended());
            patience.await(() -> Counter.EVENTS.sum() == settings.records());
            clock.finish();
            return ProgramOutcome.of(
                    Answer.none(), Checkpoints.of(running.webAddress(), running.id()));
        }
    }

    private static void build(StreamExecutionEnvironment environment, JobSettings job)
            throws IOException {
        MeteringOptions options = ProductOptions.withoutLake(job, 1);
        environment
                .fromSource(
                        RealEnds.events(
                                options, Definitions.ofFirsts(MeterFile.read(options.meters()))),
                        WatermarkStrategy.noWatermarks(),
                        "read",
                        TypeInformation.of(ParsedRecord.class))
                .uid("limit.read")
                .sinkTo(new Counter())
                .name("count")
                .uid("limit.count");
    }

    private static final class Counter implements Sink<ParsedRecord> {

        private static final long serialVersionUID = 1L;
        private static final LongAdder EVENTS = new LongAdder();

        @Override
        public SinkWriter<ParsedRecord> createWriter(WriterInitContext context) {
            return new SinkWriter<>() {
                @Override
                public void write(ParsedRecord parsed, Context ignored) {
                    if (parsed.event() != null) {
                        EVENTS.increment();
                    }
                }

                @Override
                public void flush(boolean endOfInput) {}

                @Override
                public void close() {}
            };
        }
    }
}
