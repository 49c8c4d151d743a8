package io.tallyflow.benchmarks.programs;

import io.tallyflow.benchmarks.collect.CollectingSink;
import io.tallyflow.benchmarks.measure.RunClock;
import java.io.IOException;
import java.time.Duration;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.AggregateFunction;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.serialization.AbstractDeserializationSchema;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.StateTtlConfig;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.api.java.tuple.Tuple3;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.streaming.api.functions.windowing.ProcessWindowFunction;
import org.apache.flink.streaming.api.windowing.assigners.TumblingEventTimeWindows;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;
import org.apache.flink.util.Collector;

/**
 * Flink's DataStream interface with the parts that come with it: Jackson's tree, a MapState with
 * time to live for the identities of a subject, and an event-time window of a minute that fires
 * every second while it fills, and at its end. What has been seen is kept for a day; Tallyflow
 * keeps it for 40.
 */
final class DataStreamProgram implements Program {

    private static final Duration WINDOW = Duration.ofMinutes(1);
    private static final Duration OUT_OF_ORDERNESS = Duration.ofSeconds(5);
    private static final Duration REMEMBERED = Duration.ofDays(1);

    @Override
    public ProgramOutcome run(ProgramSettings settings, RunClock clock) throws Exception {
        StreamExecutionEnvironment environment = PeerFlink.environment(settings);
        environment
                .fromSource(source(settings), watermarks(), "read")
                .keyBy(PeerEvent::subject)
                .process(new FirstOfIdentity())
                .keyBy(
                        event -> Tuple3.of(event.subject(), event.model(), event.region()),
                        Types.TUPLE(Types.STRING, Types.STRING, Types.STRING))
                .window(TumblingEventTimeWindows.of(WINDOW))
                .trigger(new EarlyTrigger())
                .aggregate(new Adding(), new Naming())
                .sinkTo(
                        new CollectingSink<>(
                                (total, collected) ->
                                        collected.put(
                                                total.subject(),
                                                total.model(),
                                                total.region(),
                                                total.windowStartMillis(),
                                                total.requests(),
                                                total.tokens())));
        return PeerFlink.run(environment, settings, clock);
    }

    private static KafkaSource<PeerEvent> source(ProgramSettings settings) {
        return KafkaSource.<PeerEvent>builder()
                .setBootstrapServers(settings.kafka())
                .setTopics(settings.topic())
                .setGroupId("datastream")
                .setStartingOffsets(OffsetsInitializer.earliest())
                .setBounded(OffsetsInitializer.latest())
                .setValueOnlyDeserializer(new Parsing())
                .build();
    }

    private static WatermarkStrategy<PeerEvent> watermarks() {
        return WatermarkStrategy.<PeerEvent>forBoundedOutOfOrderness(OUT_OF_ORDERNESS)
                .withTimestampAssigner((event, kafkaTime) -> event.timeMillis());
    }

    private static final class Parsing extends AbstractDeserializationSchema<PeerEvent> {

        private static final long serialVersionUID = 1L;

        @Override
        public PeerEvent deserialize(byte[] message) throws IOException {
            return PeerEvent.parse(message);
        }
    }

    private static final class FirstOfIdentity
            extends KeyedProcessFunction<String, PeerEvent, PeerEvent> {

        private static final long serialVersionUID = 1L;

        private transient MapState<String, Boolean> seen;

        @Override
        public void open(OpenContext context) {
            MapStateDescriptor<String, Boolean> descriptor =
                    new MapStateDescriptor<>("seen", Types.STRING, Types.BOOLEAN);
            descriptor.enableTimeToLive(StateTtlConfig.newBuilder(REMEMBERED).build());
            seen = getRuntimeContext().getMapState(descriptor);
        }

        @Override
        public void processElement(PeerEvent event, Context context, Collector<PeerEvent> firsts)
                throws Exception {
            String identity = event.identity();
            if (!seen.contains(identity)) {
                seen.put(identity, true);
                firsts.collect(event);
            }
        }
    }

    private static final class Adding
            implements AggregateFunction<PeerEvent, Tuple2<Long, Long>, Tuple2<Long, Long>> {

        private static final long serialVersionUID = 1L;

        @Override
        public Tuple2<Long, Long> createAccumulator() {
            return Tuple2.of(0L, 0L);
        }

        @Override
        public Tuple2<Long, Long> add(PeerEvent event, Tuple2<Long, Long> sums) {
            return Tuple2.of(sums.f0 + 1, sums.f1 + event.tokens());
        }

        @Override
        public Tuple2<Long, Long> getResult(Tuple2<Long, Long> sums) {
            return sums;
        }

        @Override
        public Tuple2<Long, Long> merge(Tuple2<Long, Long> left, Tuple2<Long, Long> right) {
            return Tuple2.of(left.f0 + right.f0, left.f1 + right.f1);
        }
    }

    private static final class Naming
            extends ProcessWindowFunction<
                    Tuple2<Long, Long>, PeerTotal, Tuple3<String, String, String>, TimeWindow> {

        private static final long serialVersionUID = 1L;

        @Override
        public void process(
                Tuple3<String, String, String> key,
                Context context,
                Iterable<Tuple2<Long, Long>> sums,
                Collector<PeerTotal> totals) {
            Tuple2<Long, Long> sum = sums.iterator().next();
            totals.collect(
                    new PeerTotal(
                            key.f0, key.f1, key.f2, context.window().getStart(), sum.f0, sum.f1));
        }
    }
}
