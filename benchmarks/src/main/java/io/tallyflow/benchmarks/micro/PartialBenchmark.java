package io.tallyflow.benchmarks.micro;

import io.tallyflow.functions.meter.MeterReader;
import io.tallyflow.schemas.event.UsageEvent;
import io.tallyflow.schemas.measure.UsagePartial;
import io.tallyflow.schemas.measure.UsagePartials;
import io.tallyflow.schemas.usage.MeteredEvent;
import io.tallyflow.schemas.usage.Reading;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Adding one reading to a cell, and two cells together. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class PartialBenchmark {

    private static final int COUNT = 0;
    private static final int SUM = 1;

    private final UsageEvent[] events = Inputs.events();
    private final MeteredEvent[] metered = new MeteredEvent[events.length];
    private UsagePartial count = UsagePartials.NONE;
    private UsagePartial sum = UsagePartials.NONE;
    private int next;

    public PartialBenchmark() {
        MeterReader meters = MeterReader.ofFirsts(Inputs.meters());
        for (int i = 0; i < events.length; i++) {
            metered[i] = meters.read(events[i]);
        }
    }

    private int next() {
        next = (next + 1) & (Inputs.EVENTS - 1);
        return next;
    }

    private UsagePartial add(UsagePartial partial, int meter) {
        int event = next();
        Reading reading = metered[event].readings().get(meter);
        return Objects.requireNonNull(reading.addTo(partial, events[event]));
    }

    /** A reading without a value. */
    @Benchmark
    public UsagePartial addToCount() {
        count = add(count, COUNT);
        return count;
    }

    /** A reading with one. */
    @Benchmark
    public UsagePartial addToSum() {
        sum = add(sum, SUM);
        return sum;
    }

    /** Two cells with values. */
    @Benchmark
    public UsagePartial merge() {
        int event = next();
        Reading reading = metered[event].readings().get(SUM);
        return UsagePartials.merge(sum, reading.partial(events[event]));
    }
}
