package io.tallyflow.benchmarks.programs;

import org.apache.flink.api.common.state.ReducingState;
import org.apache.flink.api.common.state.ReducingStateDescriptor;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.streaming.api.windowing.triggers.Trigger;
import org.apache.flink.streaming.api.windowing.triggers.TriggerResult;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;

/**
 * Fires a window a second at the latest after an element came, and when it ends. Flink's own
 * continuous triggers fire by event time, which passes faster than the clock while catching up, or
 * not at the end of the window.
 */
final class EarlyTrigger extends Trigger<PeerEvent, TimeWindow> {

    private static final long serialVersionUID = 1L;
    private static final long INTERVAL_MILLIS = 1_000;

    private static final ReducingStateDescriptor<Long> NEXT =
            new ReducingStateDescriptor<>("next", Math::min, LongSerializer.INSTANCE);

    @Override
    public TriggerResult onElement(
            PeerEvent element, long timestamp, TimeWindow window, TriggerContext context)
            throws Exception {
        if (window.maxTimestamp() <= context.getCurrentWatermark()) {
            return TriggerResult.FIRE;
        }
        ReducingState<Long> next = context.getPartitionedState(NEXT);
        if (next.get() == null) {
            long now = context.getCurrentProcessingTime();
            long at = now - now % INTERVAL_MILLIS + INTERVAL_MILLIS;
            next.add(at);
            context.registerProcessingTimeTimer(at);
            context.registerEventTimeTimer(window.maxTimestamp());
        }
        return TriggerResult.CONTINUE;
    }

    @Override
    public TriggerResult onProcessingTime(long time, TimeWindow window, TriggerContext context) {
        context.getPartitionedState(NEXT).clear();
        return TriggerResult.FIRE;
    }

    @Override
    public TriggerResult onEventTime(long time, TimeWindow window, TriggerContext context) {
        return time == window.maxTimestamp() ? TriggerResult.FIRE : TriggerResult.CONTINUE;
    }

    @Override
    public void clear(TimeWindow window, TriggerContext context) throws Exception {
        context.deleteEventTimeTimer(window.maxTimestamp());
        Long next = context.getPartitionedState(NEXT).get();
        if (next != null) {
            context.deleteProcessingTimeTimer(next);
            context.getPartitionedState(NEXT).clear();
        }
    }
}
