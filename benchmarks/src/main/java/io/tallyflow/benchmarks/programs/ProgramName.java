package io.tallyflow.benchmarks.programs;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The programs that can be measured. */
public enum ProgramName {
    /** Tallyflow's job with sinks that discard, but for a table of the last rows. */
    PRODUCT,
    /** Tallyflow's job committing to Postgres. */
    PRODUCT_POSTGRES,
    /** Tallyflow's job as {@code up} runs it: Postgres and Iceberg. */
    PRODUCT_ALL,
    /** Tallyflow's source and parser, and nothing behind them. */
    LIMIT,
    /** Kafka Streams. */
    STREAMS,
    /** Flink SQL. */
    SQL,
    /** Flink SQL with the JDBC connector's upserts into Postgres. */
    SQL_POSTGRES,
    /** Flink's DataStream interface with stock parts. */
    DATASTREAM,
    /** Tallyflow's job with a past to remember; not to be compared with the others. */
    IDENTITIES,
    /** Tallyflow's job with very many windows open; not to be compared with the others. */
    WINDOWS;

    /** Those that do the same work. */
    public static List<ProgramName> compared() {
        return Arrays.stream(values()).filter(name -> !name.isSmallWorker()).toList();
    }

    /** As typed and shown. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Whether it is Tallyflow's own job. */
    public boolean isProduct() {
        return this == PRODUCT || this == PRODUCT_POSTGRES || this == PRODUCT_ALL;
    }

    /** Whether it runs in little memory. */
    boolean isSmallWorker() {
        return this == IDENTITIES || this == WINDOWS;
    }

    /** Whether it needs a Postgres. */
    public boolean needsPostgres() {
        return this == PRODUCT_POSTGRES || this == PRODUCT_ALL || this == SQL_POSTGRES;
    }

    /** Null if there is none of that name. */
    public static @Nullable ProgramName labelled(String label) {
        return compared().stream()
                .filter(name -> name.label().equals(label))
                .findFirst()
                .orElse(null);
    }

    /** All of them, for a message. */
    public static String labels() {
        return compared().stream().map(ProgramName::label).collect(Collectors.joining(", "));
    }

    Program program() {
        return switch (this) {
            case PRODUCT -> new DiscardingProduct();
            case PRODUCT_POSTGRES -> new CommittingProduct(false);
            case PRODUCT_ALL -> new CommittingProduct(true);
            case LIMIT -> new ReadingLimit();
            case STREAMS -> new StreamsProgram();
            case SQL -> new SqlProgram();
            case SQL_POSTGRES -> new SqlPostgresProgram();
            case DATASTREAM -> new DataStreamProgram();
            case IDENTITIES, WINDOWS -> new RememberingProduct();
        };
    }
}
