package io.tallyflow.jobs.metering;

import io.tallyflow.functions.aggregate.AggregateUsage;
import io.tallyflow.functions.deduplicate.Deduplicate;
import io.tallyflow.functions.meter.ApplyMeters;
import io.tallyflow.functions.parse.RouteParsed;
import io.tallyflow.functions.wire.FramedType;
import io.tallyflow.schemas.event.LateEvent;
import io.tallyflow.schemas.event.ParsedRecord;
import io.tallyflow.schemas.event.RejectedRecord;
import io.tallyflow.schemas.stream.EventOrProgress;
import io.tallyflow.schemas.stream.LakeRow;
import io.tallyflow.schemas.stream.MeteredOrProgress;
import io.tallyflow.schemas.usage.UsageChange;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.DataStreamUtils;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;

/**
 * The flow of the metering job.
 *
 * <pre>
 * usage events
 *   =&gt; read         every record parsed where it is read; a watermark per partition
 *   =&gt; parse        counts what was consumed            --rejected--&gt; rejected records
 *   =&gt; by subject
 *   =&gt; deduplicate  identity kept for the horizon       --conflict--&gt; rejected records
 *                                                       --stale-----&gt; late events
 *   =&gt; lake         events
 *   =&gt; meter        one event, zero or more readings
 *   =&gt; aggregate    event-time windows, adjustments     --late------&gt; late events
 *   =&gt; lake         what windows came to, adjusted readings
 *   =&gt; commit       one Postgres transaction per checkpoint
 * </pre>
 *
 * There is one shuffle. Counts and offsets travel with the data: each operator sends its own just
 * ahead of every barrier. So does what is counted, when it changes: one reader sends it between two
 * of its records, to every key.
 */
public final class MeteringPipeline {

    private final MeteringEnds ends;
    private final MeteringRules rules;

    public MeteringPipeline(MeteringEnds ends, MeteringRules rules) {
        this.ends = ends;
        this.rules = rules;
    }

    /**
     * Builds the topology.
     *
     * @param sourceParallelism at most the number of partitions: a reader without one would hold
     *     every window open
     */
    public void attachTo(StreamExecutionEnvironment environment, int sourceParallelism) {
        SingleOutputStreamOperator<ParsedRecord> records = read(environment, sourceParallelism);
        SingleOutputStreamOperator<EventOrProgress> events = parse(records, sourceParallelism);
        SingleOutputStreamOperator<EventOrProgress> firsts = deduplicate(events);
        SingleOutputStreamOperator<MeteredOrProgress> metered = meter(firsts);
        SingleOutputStreamOperator<UsageChange> changes = aggregate(metered);
        commit(changes);
        writeRejected(
                events.getSideOutput(RouteParsed.REJECTED)
                        .union(firsts.getSideOutput(Deduplicate.CONFLICT)));
        writeLate(
                firsts.getSideOutput(Deduplicate.STALE)
                        .union(changes.getSideOutput(AggregateUsage.LATE)));
        keepInLake(
                firsts.getSideOutput(Deduplicate.LAKE)
                        .union(changes.getSideOutput(AggregateUsage.LAKE)));
    }

    private SingleOutputStreamOperator<ParsedRecord> read(
            StreamExecutionEnvironment environment, int parallelism) {
        return environment
                .fromSource(
                        ends.events(),
                        WatermarkStrategy.noWatermarks(),
                        MeteringStage.READ.label(),
                        TypeInformation.of(ParsedRecord.class))
                .setParallelism(parallelism)
                .uid(MeteringStage.READ.uid());
    }

    private SingleOutputStreamOperator<EventOrProgress> parse(
            DataStream<ParsedRecord> records, int parallelism) {
        return stage(
                        records,
                        MeteringStage.PARSE,
                        FramedType.EVENT_OR_PROGRESS,
                        new RouteParsed(rules.subjectShards()))
                .setParallelism(parallelism);
    }

    private SingleOutputStreamOperator<EventOrProgress> deduplicate(
            DataStream<EventOrProgress> events) {
        return stage(
                events.keyBy(EventOrProgress::key),
                MeteringStage.DEDUPLICATE,
                FramedType.EVENT_OR_PROGRESS,
                new Deduplicate(rules.dedupe(), rules.definitions()));
    }

    private SingleOutputStreamOperator<MeteredOrProgress> meter(
            DataStream<EventOrProgress> firsts) {
        return stage(
                firsts,
                MeteringStage.METER,
                TypeInformation.of(MeteredOrProgress.class),
                new ApplyMeters(rules.definitions()));
    }

    private SingleOutputStreamOperator<UsageChange> aggregate(
            DataStream<MeteredOrProgress> metered) {
        // Still keyed as the one shuffle keyed it, so the operators stay chained.
        return stage(
                DataStreamUtils.reinterpretAsKeyedStream(metered, MeteredOrProgress::key),
                MeteringStage.AGGREGATE,
                TypeInformation.of(UsageChange.class),
                new AggregateUsage(rules.definitions(), rules.aggregate(), rules.subjectShards()));
    }

    private void commit(DataStream<UsageChange> changes) {
        changes.sinkTo(ends.usage())
                .name(MeteringStage.COMMIT.label())
                .uid(MeteringStage.COMMIT.uid());
    }

    private void writeRejected(DataStream<RejectedRecord> rejected) {
        rejected.sinkTo(ends.rejected())
                .name(MeteringStage.REJECTED.label())
                .uid(MeteringStage.REJECTED.uid());
    }

    private void writeLate(DataStream<LateEvent> late) {
        late.sinkTo(ends.late()).name(MeteringStage.LATE.label()).uid(MeteringStage.LATE.uid());
    }

    private void keepInLake(DataStream<LakeRow> rows) {
        ends.lake().attach(rows, MeteringStage.LAKE);
    }

    private static <I, O> SingleOutputStreamOperator<O> stage(
            DataStream<I> input,
            MeteringStage stage,
            TypeInformation<O> type,
            OneInputStreamOperator<I, O> operator) {
        return input.transform(stage.label(), type, operator).uid(stage.uid());
    }
}
