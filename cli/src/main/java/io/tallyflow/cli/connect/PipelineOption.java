package io.tallyflow.cli.connect;

import picocli.CommandLine.Option;

/** Whose results a command asks about. */
public final class PipelineOption {

    @Option(
            names = "--pipeline",
            paramLabel = "NAME",
            defaultValue = "metering",
            description = "The job's pipeline, as given to it.")
    private String pipeline = "";

    public String name() {
        return pipeline;
    }
}
