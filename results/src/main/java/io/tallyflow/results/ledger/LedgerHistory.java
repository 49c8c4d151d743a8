package io.tallyflow.results.ledger;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tallyflow.results.Question;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The commits of a pipeline, as Postgres remembers them. */
public final class LedgerHistory {

    private static final ObjectMapper JSON = new ObjectMapper();

    private static final Question<PastCommit> COMMIT =
            new Question<>(
                    """
            select committed_at, consumed, offsets
            from tallyflow.ledger_history where pipeline = ? and epoch = ? and commit = ?
            """,
                    LedgerHistory::pastCommit);

    private static final Question<Newest> NEWEST =
            new Question<>(
                    "select epoch, commit, token, consumed from tallyflow.ledger where pipeline = ?",
                    row ->
                            new Newest(
                                    new LedgerPosition(row.getLong("epoch"), row.getLong("commit")),
                                    row.getLong("token"),
                                    row.getLong("consumed")));

    private final Connection connection;
    private final String pipeline;

    public LedgerHistory(Connection connection, String pipeline) {
        this.connection = connection;
        this.pipeline = pipeline;
    }

    /**
     * A commit that was made.
     *
     * @param consumed records since the first commit
     * @param offsets of the record to be read next, by partition of the topic of usage events
     */
    public record PastCommit(Instant at, long consumed, SortedMap<Integer, Long> offsets) {}

    /**
     * Where the results stand.
     *
     * @param token drawn anew by each start of the job, also by one after a failure
     * @param consumed records since the first commit
     */
    public record Newest(LedgerPosition position, long token, long consumed) {}

    /** The results as they stand now. */
    public Newest newest() throws SQLException {
        Newest newest = NEWEST.first(connection, pipeline);
        return newest == null ? new Newest(LedgerPosition.NOTHING, 0, 0) : newest;
    }

    /** A commit, or null if the history does not know it. */
    public @Nullable PastCommit commit(LedgerPosition position) throws SQLException {
        return COMMIT.first(connection, pipeline, position.epoch(), position.commit());
    }

    private static PastCommit pastCommit(ResultSet row) throws SQLException {
        return new PastCommit(
                row.getObject("committed_at", OffsetDateTime.class).toInstant(),
                row.getLong("consumed"),
                offsets(row.getString("offsets")));
    }

    private static SortedMap<Integer, Long> offsets(String json) throws SQLException {
        try {
            SortedMap<Integer, Long> offsets = new TreeMap<>();
            for (var partition : JSON.readTree(json).properties()) {
                JsonNode next = partition.getValue();
                offsets.put(Integer.valueOf(partition.getKey()), next.longValue());
            }
            return offsets;
        } catch (JsonProcessingException | NumberFormatException e) {
            throw new SQLException("the history's offsets are not as the job writes them", e);
        }
    }
}
