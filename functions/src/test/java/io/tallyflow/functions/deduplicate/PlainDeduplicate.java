package io.tallyflow.functions.deduplicate;

import io.tallyflow.functions.identities.block.FirstSeen;
import io.tallyflow.functions.progress.LaneMetrics;
import io.tallyflow.functions.progress.ReportingOperator;
import io.tallyflow.functions.progress.Tally;
import io.tallyflow.schemas.event.Lane;
import io.tallyflow.schemas.event.LateEvent;
import io.tallyflow.schemas.event.RejectedRecord;
import io.tallyflow.schemas.event.UsageEvent;
import io.tallyflow.schemas.lake.LakeRow;
import io.tallyflow.schemas.progress.Progress;
import io.tallyflow.schemas.stream.EventOrProgress;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.StateTtlConfig;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.OutputTag;
import org.jspecify.annotations.Nullable;

/**
 * What {@link Deduplicate} must decide, written plainly: state is asked for every event. State,
 * keyed by subject: per identity (128-bit hash) the Kafka time and the content hash of the first
 * event, with a time to live that only clears what can no longer matter.
 */
public final class PlainDeduplicate extends ReportingOperator<EventOrProgress, EventOrProgress> {

    /** Events that contradict the one that counted. */
    public static final OutputTag<RejectedRecord> CONFLICT =
            new OutputTag<>("conflict", TypeInformation.of(RejectedRecord.class));

    /** Events older than the dedupe horizon. */
    public static final OutputTag<LateEvent> STALE =
            new OutputTag<>("stale", TypeInformation.of(LateEvent.class));

    /** Accepted events, and stale ones. */
    public static final OutputTag<LakeRow> LAKE =
            new OutputTag<>("events for the lake", TypeInformation.of(LakeRow.class));

    private static final long serialVersionUID = 1L;

    /** Entries between two looks at the clock while RocksDB compacts. */
    private static final long COMPACTION_CLOCK_ENTRIES = 1_000L;

    private final DedupeRules rules;

    private transient LaneDecision decision;
    private transient Identity identity;
    private transient Tally tally;
    private transient MapState<Tuple2<Long, Long>, Tuple2<Long, Long>> identities;

    public PlainDeduplicate(DedupeRules rules) {
        this.rules = rules;
    }

    @Override
    public void open() throws Exception {
        super.open();
        decision = new LaneDecision(rules, HorizonInForce.fresh(rules, 0));
        identity = new Identity();
        tally = new Tally(LaneMetrics.ofDeduplication(getMetricGroup()));
        identities = getKeyedStateStore().getMapState(descriptor(rules));
    }

    private static MapStateDescriptor<Tuple2<Long, Long>, Tuple2<Long, Long>> descriptor(
            DedupeRules rules) {
        MapStateDescriptor<Tuple2<Long, Long>, Tuple2<Long, Long>> descriptor =
                new MapStateDescriptor<>(
                        "identities",
                        Types.TUPLE(Types.LONG, Types.LONG),
                        Types.TUPLE(Types.LONG, Types.LONG));
        descriptor.enableTimeToLive(
                StateTtlConfig.newBuilder(rules.timeToLive())
                        .setUpdateType(StateTtlConfig.UpdateType.OnCreateAndWrite)
                        .setStateVisibility(StateTtlConfig.StateVisibility.NeverReturnExpired)
                        .cleanupInRocksdbCompactFilter(COMPACTION_CLOCK_ENTRIES)
                        .build());
        return descriptor;
    }

    @Override
    public void processElement(StreamRecord<EventOrProgress> element) throws Exception {
        UsageEvent event = element.getValue().event();
        if (event == null) {
            emit(element.getValue());
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

    private void firstOrRepeated(EventOrProgress element, UsageEvent event) throws Exception {
        ByteBuffer hash = identity.ofIdentity(event);
        Tuple2<Long, Long> key = Tuple2.of(hash.getLong(0), hash.getLong(Long.BYTES));
        long content = identity.ofContent(event);
        FirstSeen first = first(identities.get(key));
        Lane repeated = decision.repeated(event, content, first);
        if (repeated == null) {
            identities.put(key, Tuple2.of(event.kafkaTimeMillis(), content));
            output.collect(LAKE, new StreamRecord<>(LakeRow.accepted(event)));
            emit(element);
            return;
        }
        tally.lane(repeated);
        if (repeated == Lane.CONFLICT && first != null) {
            output.collect(
                    CONFLICT,
                    new StreamRecord<>(Conflicts.of(event, first.contentHash(), content)));
        }
    }

    private static @Nullable FirstSeen first(@Nullable Tuple2<Long, Long> remembered) {
        return remembered == null ? null : new FirstSeen(remembered.f0, remembered.f1);
    }

    @Override
    protected void report() {
        emit(EventOrProgress.of(tally.take(Progress.NO_WATERMARK), 0));
    }
}
