package io.tallyflow.operations.state;

import io.tallyflow.connectors.iceberg.commit.StoredLake;
import io.tallyflow.connectors.kafka.source.StoredOffset;
import io.tallyflow.connectors.postgres.StoredCommit;
import io.tallyflow.functions.aggregate.AggregateUsage;
import io.tallyflow.functions.aggregate.StoredWindows;
import io.tallyflow.functions.identities.StoredIdentities;
import io.tallyflow.results.RequestFailedException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.runtime.checkpoint.OperatorState;
import org.apache.flink.state.api.SavepointReader;
import org.apache.flink.state.api.input.KeyedStateInputFormat;
import org.apache.flink.state.api.input.SourceBuilder;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.DataStreamSource;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.CloseableIterator;

/**
 * A job on a Flink cluster inside this process that reads a savepoint. Each reader restores its
 * part into RocksDB, in files of a directory of its own, and tells of one key after the other:
 * memory does not grow with the savepoint.
 */
final class StateReading {

    private static final TypeInformation<StateFinding> FINDING =
            TypeInformation.of(StateFinding.class);

    private final SavedState state;
    private final StreamExecutionEnvironment environment;

    private StateReading(SavedState state, Path directory) {
        this.state = state;
        Configuration settings = new Configuration();
        settings.set(StateBackendOptions.STATE_BACKEND, "rocksdb");
        settings.set(PipelineOptions.GENERIC_TYPES, false);
        settings.set(CoreOptions.TMP_DIRS, directory.toString());
        this.environment = StreamExecutionEnvironment.createLocalEnvironment(1, settings);
    }

    /**
     * Tells of everything in it.
     *
     * @throws RequestFailedException if a part cannot be read
     */
    static void read(SavedState state, Consumer<StateFinding> findings) {
        try (WorkingDirectory directory = WorkingDirectory.make()) {
            try {
                new StateReading(state, directory.path()).run(findings);
            } catch (Exception e) {
                if (directory.isStopping()) {
                    throw WorkingDirectory.stopped();
                }
                throw new RequestFailedException(
                        state.path()
                                + " cannot be read, one of its files may be missing or damaged: "
                                + reason(e),
                        e);
            }
        }
    }

    private void run(Consumer<StateFinding> findings) throws Exception {
        SavepointReader reader = SavepointReader.read(environment, state.path());
        DataStream<StateFinding> all =
                keyed(
                                PipelineOperator.DEDUPLICATE,
                                backend -> {
                                    StoredIdentities stored = new StoredIdentities(backend);
                                    return key -> StateFinding.identities(stored.perHour(key));
                                })
                        .union(
                                keyed(
                                        PipelineOperator.AGGREGATE,
                                        backend -> {
                                            StoredWindows stored = new StoredWindows(backend);
                                            return key -> StateFinding.usage(stored.perMeter(key));
                                        }),
                                finding(
                                        reader.readUnionState(
                                                PipelineOperator.AGGREGATE.identifier(),
                                                AggregateUsage.HORIZON,
                                                Types.LONG),
                                        StateFinding::horizon),
                                finding(
                                        reader.readListState(
                                                PipelineOperator.GATHER_COMMIT.identifier(),
                                                StoredCommit.STATE,
                                                Types.LONG),
                                        StateFinding::commitWord),
                                finding(
                                        bytes(reader, PipelineOperator.READ, StoredOffset.STATE),
                                        bytes -> StateFinding.offset(StoredOffset.of(bytes))));
        if (state.find(PipelineOperator.COMMIT_LAKE).isPresent()) {
            all =
                    all.union(
                            finding(
                                    bytes(reader, PipelineOperator.COMMIT_LAKE, StoredLake.STATE),
                                    bytes -> StateFinding.lake(StoredLake.of(bytes))));
        }
        CloseableIterator<StateFinding> found = all.collectAsync();
        JobClient job = environment.executeAsync("inspect state");
        boolean told = false;
        try (found) {
            found.forEachRemaining(findings);
            told = true;
        } finally {
            end(job, told);
        }
    }

    /** Afterwards no task makes files any more, however it came to that. */
    private static void end(JobClient job, boolean byItself) throws Exception {
        boolean interrupted = Thread.interrupted();
        try {
            if (!byItself) {
                job.cancel().exceptionally(ended -> null).get();
            }
            job.getJobExecutionResult().exceptionally(failed -> null).get();
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private DataStream<StateFinding> keyed(
            PipelineOperator operator, KeyReader.KeyFunction function) throws IOException {
        OperatorState stored = state.get(operator);
        DataStreamSource<StateFinding> found =
                SourceBuilder.fromFormat(
                        environment,
                        new KeyedStateInputFormat<>(
                                stored,
                                null,
                                new Configuration((Configuration) environment.getConfiguration()),
                                new KeyReader(function),
                                environment.getConfig()),
                        FINDING);
        int readers = Math.min(stored.getParallelism(), Runtime.getRuntime().availableProcessors());
        return found.setParallelism(readers);
    }

    private static DataStream<byte[]> bytes(
            SavepointReader reader, PipelineOperator operator, String name) throws IOException {
        return reader.readListState(
                operator.identifier(), name, PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO);
    }

    /** What lists hold is little, and stays in its order. */
    private static <T> DataStream<StateFinding> finding(
            DataStream<T> stored, MapFunction<T, StateFinding> meaning) {
        return stored.map(meaning).returns(FINDING);
    }

    private static String reason(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null && cause.getCause() != cause) {
            cause = cause.getCause();
        }
        return String.valueOf(cause.getMessage() == null ? cause : cause.getMessage())
                .lines()
                .findFirst()
                .orElse("");
    }
}
