package io.tallyflow.connectors.postgres;

import io.tallyflow.connectors.postgres.rows.Rows;
import io.tallyflow.connectors.postgres.rows.RowsEncoder;
import io.tallyflow.schemas.commit.CommitName;
import io.tallyflow.schemas.commit.RewindTarget;
import io.tallyflow.schemas.progress.Progress;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.connector.sink2.CommittableMessage;
import org.apache.flink.streaming.api.connector.sink2.CommittableSummary;
import org.apache.flink.streaming.api.connector.sink2.CommittableWithLineage;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.BoundedOneInput;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.OutputTag;
import org.jspecify.annotations.Nullable;

/**
 * Gathers the parts of all writers for one checkpoint, numbers them, and gives the commit its name
 * and the name of the one before it. Runs with parallelism 1 between writers and committer.
 *
 * <p>Only here is the checkpoint's number known before the barrier passes. The name of the commit
 * before is kept in state, so that the chain of names is whole across restarts; the token is drawn
 * anew at each start, so that two starts from one state never make the same name.
 */
final class GatherCommit extends AbstractStreamOperator<CommittableMessage<CommitPart>>
        implements OneInputStreamOperator<
                        CommittableMessage<CommitPart>, CommittableMessage<CommitPart>>,
                BoundedOneInput {

    /** The name of each commit, for others that follow the ledger; ahead of its barrier. */
    static final OutputTag<CommitName> NAMES =
            new OutputTag<>("names of commits", TypeInformation.of(CommitName.class));

    private static final long serialVersionUID = 1L;
    private static final int SUBTASK = 0;
    private static final int SUBTASKS = 1;
    private static final byte[] NO_ROWS = new RowsEncoder(0).encode(Rows.NONE);

    private final LedgerStart ledgerStart;

    private transient ListState<Long> previousState;
    private transient List<CommitPart> parts;
    private transient CommitName previous;
    private transient long token;
    private transient @Nullable RewindTarget rewind;
    private transient boolean ended;

    GatherCommit(LedgerStart ledgerStart) {
        this.ledgerStart = ledgerStart;
    }

    @Override
    public void initializeState(StateInitializationContext context) throws Exception {
        super.initializeState(context);
        parts = new ArrayList<>();
        ended = false;
        token = CommitName.drawToken(new SecureRandom());
        previousState =
                context.getOperatorStateStore()
                        .getListState(
                                new ListStateDescriptor<>(
                                        StoredCommit.STATE, LongSerializer.INSTANCE));
        previous = StoredCommit.name(previousState.get());
        rewind = ledgerStart.check(previous);
    }

    @Override
    public void processElement(StreamRecord<CommittableMessage<CommitPart>> element) {
        if (element.getValue() instanceof CommittableWithLineage<CommitPart> part) {
            parts.add(part.getCommittable());
        }
    }

    @Override
    public void prepareSnapshotPreBarrier(long checkpointId) {
        // The final checkpoint of a bounded job still comes here after the input has ended.
        if (!ended) {
            emit(checkpointId);
        }
    }

    @Override
    public void endInput() {
        emit(previous.checkpoint() + 1);
        ended = true;
    }

    @Override
    public void snapshotState(StateSnapshotContext context) throws Exception {
        super.snapshotState(context);
        previousState.update(StoredCommit.words(previous));
    }

    private void emit(long checkpointId) {
        if (parts.isEmpty()) {
            parts.add(CommitPart.unnamed(Progress.NONE, NO_ROWS));
        }
        CommitName name = new CommitName(token, checkpointId);
        Progress progress =
                parts.stream().map(CommitPart::progress).reduce(Progress.NONE, Progress::plus);
        send(new CommittableSummary<>(SUBTASK, SUBTASKS, checkpointId, parts.size(), 0));
        for (int number = 0; number < parts.size(); number++) {
            CommitPart named =
                    parts.get(number)
                            .named(
                                    name,
                                    previous,
                                    number,
                                    parts.size(),
                                    number == 0 ? progress : Progress.NONE,
                                    rewind);
            send(new CommittableWithLineage<>(named, checkpointId, SUBTASK));
        }
        output.collect(NAMES, new StreamRecord<>(name));
        previous = name;
        rewind = null; // the next commit finds it done
        parts = new ArrayList<>();
    }

    private void send(CommittableMessage<CommitPart> message) {
        output.collect(new StreamRecord<>(message));
    }
}
