package io.tallyflow.cli.rehearsal;

import io.tallyflow.cli.terminal.TimeArgument;
import io.tallyflow.local.truth.GeneratorSettings;
import io.tallyflow.results.RequestRefusedException;
import java.time.Instant;
import picocli.CommandLine.Option;

/** Which usage is sent: equal options send equal records, byte for byte. */
final class RehearsalOptions {

    @Option(
            names = "--events",
            paramLabel = "N",
            defaultValue = "100000",
            description =
                    "How many records it has, copies and bad ones among them; default"
                            + " ${DEFAULT-VALUE}.")
    private long events;

    @Option(
            names = "--seed",
            paramLabel = "S",
            defaultValue = "1",
            description = "Of everything random; default ${DEFAULT-VALUE}.")
    private long seed;

    @Option(
            names = "--start",
            paramLabel = "T",
            required = true,
            description =
                    "Kafka timestamp of its first record, such as 2026-01-01T00:00:00Z; the last one"
                            + " is an hour later. The dedupe horizon of the job must reach back to"
                            + " it.")
    private String start = "";

    /** The usage that is meant. */
    GeneratorSettings settings() {
        if (events < 1) {
            throw new RequestRefusedException("--events " + events + " is not a number of events");
        }
        Instant first = TimeArgument.parse("--start", start);
        return GeneratorSettings.anHour(seed, events, first.toEpochMilli());
    }
}
