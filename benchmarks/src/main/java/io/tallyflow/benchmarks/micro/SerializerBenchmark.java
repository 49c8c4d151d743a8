package io.tallyflow.benchmarks.micro;

import io.tallyflow.functions.meter.MeterReader;
import io.tallyflow.schemas.event.UsageEvent;
import io.tallyflow.schemas.stream.EventOrProgress;
import io.tallyflow.schemas.stream.MeteredOrProgress;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Records between operators, to bytes and back, with the serializers that Flink takes for them. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class SerializerBenchmark {

    private static final int BUFFER_BYTES = 4_096;

    private final EventOrProgress[] events = new EventOrProgress[Inputs.EVENTS];
    private final MeteredOrProgress[] metered = new MeteredOrProgress[Inputs.EVENTS];
    private final TypeSerializer<EventOrProgress> ofEvents = serializer(EventOrProgress.class);
    private final TypeSerializer<MeteredOrProgress> ofMetered = serializer(MeteredOrProgress.class);
    private final DataOutputSerializer out = new DataOutputSerializer(BUFFER_BYTES);
    private final DataInputDeserializer in = new DataInputDeserializer();
    private int next;

    public SerializerBenchmark() {
        UsageEvent[] parsed = Inputs.events();
        MeterReader meters = new MeterReader(Inputs.meters());
        for (int i = 0; i < parsed.length; i++) {
            events[i] = EventOrProgress.of(parsed[i]);
            metered[i] = MeteredOrProgress.of(meters.read(parsed[i]));
        }
    }

    private static <T> TypeSerializer<T> serializer(Class<T> type) {
        return TypeInformation.of(type).createSerializer(new SerializerConfigImpl());
    }

    private int next() {
        next = (next + 1) & (Inputs.EVENTS - 1);
        return next;
    }

    /** What goes through the one shuffle. */
    @Benchmark
    public EventOrProgress event() throws IOException {
        return thereAndBack(ofEvents, events[next()]);
    }

    /** What goes on behind it where operators are not chained. */
    @Benchmark
    public MeteredOrProgress metered() throws IOException {
        return thereAndBack(ofMetered, metered[next()]);
    }

    private <T> T thereAndBack(TypeSerializer<T> serializer, T record) throws IOException {
        out.clear();
        serializer.serialize(record, out);
        in.setBuffer(out.getSharedBuffer(), 0, out.length());
        return serializer.deserialize(in);
    }
}
