package io.tallyflow.benchmarks.micro;

import io.tallyflow.functions.wire.FramedType;
import io.tallyflow.schemas.event.ParsedRecord;
import io.tallyflow.schemas.event.UsageEvent;
import io.tallyflow.schemas.stream.EventOrProgress;
import io.tallyflow.schemas.stream.LakeRow;
import java.io.IOException;
import java.util.Objects;
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

/**
 * Records between operators that are not chained, to bytes and back: with the serializers that the
 * pipeline takes, and with the one that Flink would take.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class SerializerBenchmark {

    private static final int BUFFER_BYTES = 4_096;

    private final EventOrProgress[] events = new EventOrProgress[Inputs.EVENTS];
    private final LakeRow[] rows = new LakeRow[Inputs.EVENTS];
    private final TypeSerializer<EventOrProgress> ofEvents =
            serializer(FramedType.EVENT_OR_PROGRESS);
    private final TypeSerializer<EventOrProgress> stockOfEvents =
            serializer(TypeInformation.of(EventOrProgress.class));
    private final TypeSerializer<LakeRow> ofRows = serializer(FramedType.LAKE_ROW);
    private final DataOutputSerializer out = new DataOutputSerializer(BUFFER_BYTES);
    private final DataInputDeserializer in = new DataInputDeserializer();
    private int next;

    public SerializerBenchmark() {
        ParsedRecord[] parsed = Inputs.parsed();
        for (int i = 0; i < parsed.length; i++) {
            UsageEvent event = Objects.requireNonNull(parsed[i].event());
            events[i] = EventOrProgress.of(event, parsed[i].places(), i);
            rows[i] = LakeRow.accepted(event, 1);
        }
    }

    private static <T> TypeSerializer<T> serializer(TypeInformation<T> type) {
        return type.createSerializer(new SerializerConfigImpl());
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

    /** The same with Flink's serializer for the record's components. */
    @Benchmark
    public EventOrProgress eventByFlink() throws IOException {
        return thereAndBack(stockOfEvents, events[next()]);
    }

    /** What goes to the lake. */
    @Benchmark
    public LakeRow lakeRow() throws IOException {
        return thereAndBack(ofRows, rows[next()]);
    }

    private <T> T thereAndBack(TypeSerializer<T> serializer, T record) throws IOException {
        out.clear();
        serializer.serialize(record, out);
        in.setBuffer(out.getSharedBuffer(), 0, out.length());
        return serializer.deserialize(in);
    }
}
