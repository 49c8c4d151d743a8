package io.tallyflow.functions.deduplicate;

import io.tallyflow.functions.definitions.DefinitionsInForce;
import io.tallyflow.functions.identities.Identities;
import io.tallyflow.functions.identities.block.FirstSeen;
import io.tallyflow.functions.memory.MemoryMetrics;
import io.tallyflow.functions.partition.SubjectKeys;
import io.tallyflow.functions.progress.LaneMetrics;
import io.tallyflow.functions.progress.ReportingOperator;
import io.tallyflow.functions.progress.Tally;
import io.tallyflow.functions.wire.FramedType;
import io.tallyflow.schemas.event.Lane;
import io.tallyflow.schemas.event.LateEvent;
import io.tallyflow.schemas.event.RejectedRecord;
import io.tallyflow.schemas.event.UsageEvent;
import io.tallyflow.schemas.meter.Definitions;
import io.tallyflow.schemas.meter.PackedDefinitions;
import io.tallyflow.schemas.progress.Progress;
import io.tallyflow.schemas.stream.EventOrProgress;
import io.tallyflow.schemas.stream.LakeRow;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.base.array.BytePrimitiveArraySerializer;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.OutputTag;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets the first event of an identity through. Of every identity (128-bit hash) the Kafka time and
 * the content hash of the first event are remembered: in memory, and in state from the next barrier
 * on, with a time to live that only clears what can no longer matter. State is asked only for what
 * a filter says it may hold.
 *
 * <p>On every accepted event for the lake it writes what counts it: the number of the newest
 * request in force. The operators behind it in the chain change their definitions with it, between
 * the same two events. So the stream counted an event under a request exactly if its number is as
 * great or greater, whatever crashed, expired or was rewound.
 */
public final class Deduplicate extends ReportingOperator<EventOrProgress, EventOrProgress> {

    /** Events that contradict the one that counted. */
    public static final OutputTag<RejectedRecord> CONFLICT =
            new OutputTag<>("conflict", TypeInformation.of(RejectedRecord.class));

    /** Events older than the dedupe horizon. */
    public static final OutputTag<LateEvent> STALE =
            new OutputTag<>("stale", TypeInformation.of(LateEvent.class));

    /** Accepted events, and stale ones. */
    public static final OutputTag<LakeRow> LAKE =
            new OutputTag<>("events for the lake", FramedType.LAKE_ROW);

    /** Name of the union state with what each subtask says of the horizon in force. */
    public static final String REMEMBERED = "remembered-horizons";

    private static final long serialVersionUID = 1L;

    private static final Logger LOG = LoggerFactory.getLogger(Deduplicate.class);

    private static final int IDENTITIES_PER_TIDYING = 16_384;

    private final DedupeRules rules;
    private final Definitions ofGraph;
    private final IdentityStore store;

    private transient DefinitionsInForce definitions;
    private transient ListState<byte[]> horizonState;
    private transient HorizonInForce horizon;
    private transient LaneDecision decision;
    private transient Identity identity;
    private transient Tally tally;
    private transient int ownKey;
    private transient Identities identities;
    private transient int untidied;
    private transient MemoryMetrics memory;

    /**
     * Remembers identities in memory first.
     *
     * @param ofGraph what is counted, as far as is known when the job is built
     */
    public Deduplicate(DedupeRules rules, Definitions ofGraph) {
        this(rules, ofGraph, IdentityStore.MEMORY_FIRST);
    }

    Deduplicate(DedupeRules rules, Definitions ofGraph, IdentityStore store) {
        this.rules = rules;
        this.ofGraph = ofGraph;
        this.store = store;
    }

    @Override
    public void initializeState(StateInitializationContext context) throws Exception {
        super.initializeState(context);
        definitions = DefinitionsInForce.at(context, getRuntimeContext().getTaskInfo(), ofGraph);
        horizonState =
                context.getOperatorStateStore()
                        .getUnionListState(
                                new ListStateDescriptor<>(
                                        REMEMBERED, BytePrimitiveArraySerializer.INSTANCE));
        horizon =
                context.isRestored()
                        ? HorizonInForce.restored(rules, horizonState.get())
                        : HorizonInForce.fresh(rules, nowMillis());
    }

    @Override
    public void open() throws Exception {
        super.open();
        if (horizon.grows() && getRuntimeContext().getTaskInfo().getIndexOfThisSubtask() == 0) {
            LOG.info("The dedupe horizon grows as memory fills: {}", horizon);
        }
        decision = new LaneDecision(rules, horizon);
        identity = new Identity();
        tally = new Tally(LaneMetrics.ofDeduplication(getMetricGroup()));
        ownKey = SubjectKeys.ownKey(getRuntimeContext().getTaskInfo());
        identities =
                store.open(
                        getKeyedStateBackend(),
                        SubjectKeys.ownKeys(getRuntimeContext().getTaskInfo()),
                        rules,
                        getContainingTask()
                                .getEnvironment()
                                .getTaskManagerInfo()
                                .getConfiguration());
        memory = MemoryMetrics.ofIdentities(getMetricGroup());
    }

    @Override
    public void processElement(StreamRecord<EventOrProgress> element) throws Exception {
        UsageEvent event = element.getValue().event();
        if (event == null) {
            passOn(element.getValue());
        } else if (decision.isStale(event)) {
            tally.lane(Lane.STALE);
            output.collect(
                    STALE,
                    new StreamRecord<>(new LateEvent(event, LateEvent.Reason.STALE, List.of())));
            output.collect(LAKE, new StreamRecord<>(LakeRow.stale(event)));
        } else {
            firstOrRepeated(element.getValue(), event);
        }
    }

    /** Definitions come once for each key, and count once. */
    private void passOn(EventOrProgress element) {
        PackedDefinitions asked = element.definitions();
        if (asked == null || definitions.take(asked)) {
            emit(element);
        }
    }

    private void firstOrRepeated(EventOrProgress element, UsageEvent event) throws Exception {
        ByteBuffer hash = identity.of(event);
        long high = hash.getLong(0);
        long low = hash.getLong(Long.BYTES);
        long content = identity.ofContent(event);
        FirstSeen first = identities.first(element.key(), high, low);
        Lane laneOfCopy = decision.laneOfCopy(event, content, first);
        if (laneOfCopy == null) {
            identities.put(element.key(), high, low, event.kafkaTimeMillis(), content);
            tidy();
            output.collect(
                    LAKE, new StreamRecord<>(LakeRow.accepted(event, definitions.request())));
            emit(element);
            return;
        }
        tally.lane(laneOfCopy);
        if (laneOfCopy == Lane.CONFLICT && first != null) {
            output.collect(
                    CONFLICT,
                    new StreamRecord<>(Conflicts.of(event, first.contentHash(), content)));
        }
    }

    private void tidy() {
        if (++untidied == IDENTITIES_PER_TIDYING) {
            untidied = 0;
            long now = nowMillis();
            identities.tidy(now, now - rules.timeToLive().toMillis());
        }
    }

    /** The clock by which state forgets. */
    private long nowMillis() {
        return getProcessingTimeService().getCurrentProcessingTime();
    }

    @Override
    public void snapshotState(StateSnapshotContext context) throws Exception {
        super.snapshotState(context);
        definitions.snapshot();
        horizonState.update(List.of(horizon.toBytes(nowMillis())));
    }

    @Override
    protected void report() {
        long now = nowMillis();
        identities.write(now, now - rules.timeToLive().toMillis());
        memory.bytes(identities.bytes());
        memory.filterReads(identities.filterReads());
        emit(EventOrProgress.of(tally.take(Progress.NO_WATERMARK), ownKey));
    }
}
