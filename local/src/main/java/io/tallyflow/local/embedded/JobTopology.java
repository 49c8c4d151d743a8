package io.tallyflow.local.embedded;

import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** Adds the job's sources, operators and sinks to an environment; does not execute it. */
@FunctionalInterface
public interface JobTopology {

    void build(StreamExecutionEnvironment environment, JobSettings settings) throws Exception;
}
