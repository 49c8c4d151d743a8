package io.tallyflow.operations.state;

import io.tallyflow.connectors.iceberg.commit.StoredLake;
import io.tallyflow.connectors.kafka.source.StoredOffset;
import io.tallyflow.connectors.postgres.StoredCommit;
import io.tallyflow.functions.aggregate.OpenUsage;
import io.tallyflow.operations.state.StateReport.Operator;
import io.tallyflow.results.RequestFailedException;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.apache.flink.runtime.checkpoint.OperatorState;
import org.jspecify.annotations.Nullable;

/** Puts together what was found. */
final class Findings {

    private final IdentityBands identities = new IdentityBands();
    private final MeterSums meters = new MeterSums();
    private final List<Long> commitWords = new ArrayList<>();
    private final List<StoredOffset> offsets = new ArrayList<>();
    private long horizon = Long.MIN_VALUE;
    private long keysWithIdentities;
    private long keysWithWindows;
    private @Nullable StoredLake lake;

    void add(StateFinding finding) {
        Map<Long, Long> perHour = finding.identities();
        List<OpenUsage> usage = finding.usage();
        if (perHour != null) {
            identities.add(perHour);
            keysWithIdentities += perHour.isEmpty() ? 0 : 1;
        } else if (usage != null) {
            meters.add(usage);
            keysWithWindows += usage.isEmpty() ? 0 : 1;
        } else if (finding.horizon() != null) {
            horizon = Math.max(horizon, finding.horizon());
        } else if (finding.commitWord() != null) {
            commitWords.add(finding.commitWord());
        } else if (finding.offset() != null) {
            offsets.add(finding.offset());
        } else {
            lake = finding.lake();
        }
    }

    StateReport report(SavedState state) {
        offsets.sort(
                Comparator.comparing(StoredOffset::topic).thenComparing(StoredOffset::partition));
        return new StateReport(
                state.path(),
                state.checkpoint(),
                StoredCommit.name(commitWords),
                horizon == Long.MIN_VALUE ? null : Instant.ofEpochMilli(horizon),
                offsets,
                lake,
                operators(state),
                identities.of(),
                meters.of());
    }

    private List<Operator> operators(SavedState state) {
        List<Operator> known = new ArrayList<>();
        for (PipelineOperator operator : PipelineOperator.values()) {
            state.find(operator)
                    .ifPresent(
                            stored ->
                                    known.add(
                                            operator(
                                                    stored,
                                                    operator.uid(),
                                                    operator.label(),
                                                    keys(operator))));
        }
        for (OperatorState stored : state.operators()) {
            if (PipelineOperator.of(stored.getOperatorID()).isEmpty()) {
                String id = stored.getOperatorID().toHexString();
                known.add(
                        operator(
                                stored,
                                stored.getOperatorUid().orElse(id),
                                stored.getOperatorName().orElse("not known to this version"),
                                null));
            }
        }
        return known;
    }

    private @Nullable Long keys(PipelineOperator operator) {
        return switch (operator) {
            case DEDUPLICATE -> keysWithIdentities;
            case AGGREGATE -> keysWithWindows;
            default -> null;
        };
    }

    private static Operator operator(
            OperatorState stored, String uid, String label, @Nullable Long keys) {
        try {
            return new Operator(
                    uid,
                    label,
                    stored.getParallelism(),
                    stored.getMaxParallelism(),
                    keys,
                    stored.getStateSize(),
                    StateNames.of(stored));
        } catch (IOException e) {
            throw new RequestFailedException(
                    "the states of " + uid + " cannot be listed, a file may be damaged: " + e, e);
        }
    }
}
