package io.tallyflow.cli;

import picocli.CommandLine.Option;

/** Whose results a command asks about. */
final class PipelineOption {

    @Option(
            names = "--pipeline",
            paramLabel = "NAME",
            defaultValue = "metering",
            description = "The job's pipeline, as given to it.")
    private String pipeline = "";

    String name() {
        return pipeline;
    }
}
