package io.tallyflow.results.lake;

import io.tallyflow.connectors.iceberg.table.Lake;
import io.tallyflow.connectors.iceberg.table.LakeOptions;
import io.tallyflow.connectors.iceberg.table.LakeView;
import io.tallyflow.results.RequestFailedException;
import io.tallyflow.results.meters.ShownVersion;
import io.tallyflow.results.query.QueryEngine;
import io.tallyflow.results.query.RowConsumer;
import io.tallyflow.results.query.UsageFunction;
import io.tallyflow.results.query.UsageQuery;
import io.tallyflow.results.voids.PatchedWindows;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import javax.sql.DataSource;
import org.apache.iceberg.io.CloseableIterable;

/**
 * Answers from the lake, with what {@code tallyflow.query} says of Postgres: what the answer needs
 * of the lake goes into temporary tables, and the function is asked over them. The answer is that
 * of the checkpoint that the lake stands for: settled windows from what they came to and what came
 * later for them, all others from the events.
 *
 * <p>Rows of the lake are streamed into the server, and rows of the answer from it.
 *
 * <p>Two things are not known from events and may differ from Postgres until the window has
 * settled: a reading that the stream left out because it would have lifted its cell to 10^20
 * ({@code TOTAL_RANGE}) is counted, and groups beyond the most that are told apart keep their
 * names. They may differ for good in what a run has counted.
 */
public final class LakeQueryEngine implements QueryEngine {

    private final LakeOptions options;
    private final DataSource database;

    /**
     * Opens the lake and a connection for each query.
     *
     * @param database with the results of the same pipeline. Its user needs to be no more than a
     *     reader, but one who may make temporary tables.
     */
    public LakeQueryEngine(LakeOptions options, DataSource database) {
        this.options = options;
        this.database = database;
    }

    @Override
    public void run(UsageQuery query, RowConsumer rows) throws IOException {
        try (Connection connection = database.getConnection();
                TemporaryTables tables = TemporaryTables.make(connection)) {
            List<ShownVersion> versions = tables.define(query);
            if (!versions.isEmpty() && tables.canAnswer(query)) {
                load(tables, versions, query);
            }
            tables.ask(query, rows);
        } catch (SQLException e) {
            throw UsageFunction.failure(e);
        }
    }

    private void load(TemporaryTables tables, List<ShownVersion> versions, UsageQuery query)
            throws SQLException {
        try (Lake lake = Lake.open(options)) {
            copy(LakeView.of(lake), tables, versions, query);
        } catch (IOException | RuntimeException e) {
            throw new RequestFailedException("the lake cannot be read: " + reason(e), e);
        }
        tables.settle();
    }

    private static void copy(
            LakeView view, TemporaryTables tables, List<ShownVersion> versions, UsageQuery query)
            throws IOException, SQLException {
        NeededUsage needed = NeededUsage.of(versions, query);
        PatchedWindows patched = tables.patched(needed);
        UsageOfOthers others = new UsageOfOthers(query.subjects());
        try (CloseableIterable<LakePart> parts = LakeParts.of(view, needed, patched);
                PartCopy copy = tables.fill(versions.get(0).version().meter())) {
            for (LakePart part : parts) {
                if (!others.takes(part)) {
                    copy.add(part);
                }
            }
            for (LakePart part : others.ends()) {
                copy.add(part);
            }
            copy.end();
        }
    }

    private static String reason(Exception e) {
        return Objects.toString(e.getMessage(), e.toString()).lines().findFirst().orElse("");
    }
}
