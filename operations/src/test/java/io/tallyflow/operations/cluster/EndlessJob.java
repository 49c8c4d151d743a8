package io.tallyflow.operations.cluster;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;

/** A main class for a cluster: a job named by its argument that never ends. */
public final class EndlessJob {

    private EndlessJob() {}

    public static void main(String[] arguments) throws Exception {
        if (arguments.length != 1) {
            throw new IllegalArgumentException("a name is missing");
        }
        StreamExecutionEnvironment environment =
                StreamExecutionEnvironment.getExecutionEnvironment();
        environment
                .fromSequence(0, Long.MAX_VALUE)
                .map(EndlessJob::slowly)
                .returns(Types.LONG)
                .sinkTo(new DiscardingSink<>());
        environment.execute(arguments[0]);
    }

    private static long slowly(long number) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        return number;
    }
}
