package io.tallyflow.results.status;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Whether commits stand for all records that were in the topic at some time. */
public final class ReadRecords {

    private final TopicWatch topic;
    private final TopicEnds then;

    /**
     * @param topic asked now, and again
     */
    public ReadRecords(TopicWatch topic) {
        this.topic = topic;
        this.then = topic.look();
    }

    /** Why that is not known; null if it is. */
    public @Nullable String problem() {
        return then.problem();
    }

    /**
     * Whether they do by now; the connection does not commit by itself afterwards, and is
     * read-only.
     */
    public boolean areCommitted(Connection connection) throws SQLException {
        List<PipelineStatus> pipelines = LedgerStatus.read(connection).pipelines();
        TopicEnds now = topic.look(pipelines);
        return now.problem() == null
                && !pipelines.isEmpty()
                && pipelines.stream().allMatch(pipeline -> isBeyond(pipeline, now));
    }

    private boolean isBeyond(PipelineStatus pipeline, TopicEnds now) {
        for (Map.Entry<Integer, TopicEnds.Range> one : then.partitions().entrySet()) {
            TopicEnds.Range range = now.partitions().get(one.getKey());
            long next = one.getValue().firstUnread(pipeline.offsets().get(one.getKey()));
            boolean isEmptyFromThere = range != null && range.emptyFrom() <= next;
            if (next < one.getValue().readableUpTo() && !isEmptyFromThere) {
                return false;
            }
        }
        return true;
    }
}
