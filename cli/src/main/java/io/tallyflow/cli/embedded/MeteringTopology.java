package io.tallyflow.cli.embedded;

import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** The metering pipeline between the embedded servers. */
final class MeteringTopology implements JobTopology {

    @Override
    public void build(StreamExecutionEnvironment environment, JobSettings settings) {
        throw new ServerFailure("this build has no metering job");
    }
}
