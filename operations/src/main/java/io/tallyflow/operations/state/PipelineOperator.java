package io.tallyflow.operations.state;

import io.tallyflow.connectors.iceberg.commit.StoredLake;
import io.tallyflow.connectors.postgres.StoredCommit;
import io.tallyflow.jobs.metering.MeteringStage;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.flink.runtime.jobgraph.OperatorID;
import org.apache.flink.state.api.OperatorIdentifier;

/**
 * The operators of the metering pipeline as a savepoint knows them: by uid, those that a sink is
 * made of included.
 */
enum PipelineOperator {
    READ(MeteringStage.READ),
    PARSE(MeteringStage.PARSE),
    DEDUPLICATE(MeteringStage.DEDUPLICATE),
    METER(MeteringStage.METER),
    AGGREGATE(MeteringStage.AGGREGATE),
    WRITE_COMMIT(MeteringStage.COMMIT),
    GATHER_COMMIT(StoredCommit.uid(MeteringStage.COMMIT.uid()), "gather the commit"),
    COMMIT(MeteringStage.COMMIT, "commit to Postgres: commit"),
    WRITE_REJECTED(MeteringStage.REJECTED),
    COMMIT_REJECTED(MeteringStage.REJECTED, "write rejected records: commit"),
    WRITE_LATE(MeteringStage.LATE),
    COMMIT_LATE(MeteringStage.LATE, "write late events: commit"),
    WRITE_LAKE(MeteringStage.LAKE),
    COMMIT_LAKE(StoredLake.uid(MeteringStage.COMMIT.uid()), "commit to the lake");

    private final String uid;
    private final String label;

    PipelineOperator(MeteringStage stage) {
        this(stage.uid(), stage.label());
    }

    /** The committer of a sink. */
    PipelineOperator(MeteringStage sink, String label) {
        this("Sink Committer: " + sink.uid(), label);
    }

    PipelineOperator(String uid, String label) {
        this.uid = uid;
        this.label = label;
    }

    static Optional<PipelineOperator> of(OperatorID id) {
        return Stream.of(values()).filter(known -> known.id().equals(id)).findFirst();
    }

    /** The operator's identity in state. */
    String uid() {
        return uid;
    }

    /** The operator's name for people. */
    String label() {
        return label;
    }

    OperatorIdentifier identifier() {
        return OperatorIdentifier.forUid(uid);
    }

    OperatorID id() {
        return identifier().getOperatorId();
    }
}
