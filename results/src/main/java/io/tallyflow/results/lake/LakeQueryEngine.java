package io.tallyflow.results.lake;

import io.tallyflow.connectors.iceberg.table.Lake;
import io.tallyflow.connectors.iceberg.table.LakeOptions;
import io.tallyflow.connectors.iceberg.table.LakeView;
import io.tallyflow.results.RequestFailedException;
import io.tallyflow.results.RequestRefusedException;
import io.tallyflow.results.query.QueryEngine;
import io.tallyflow.results.query.RowConsumer;
import io.tallyflow.results.query.UsageQuery;
import io.tallyflow.schemas.meter.Meter;
import java.io.IOException;
import java.util.List;
import java.util.Objects;

/**
 * Answers from the lake, as the function {@code tallyflow.query} answers from Postgres at the
 * checkpoint that the lake stands for: settled windows from what they came to and what came later
 * for them, all others from the events.
 *
 * <p>Rows of the lake are streamed; memory is taken by the rows of the answer, and for UNIQUE_COUNT
 * by their distinct values.
 *
 * <p>Two things are not known from events and may differ from Postgres until the window has
 * settled: a reading that the stream left out because it would have lifted its cell to 10^20
 * ({@code TOTAL_RANGE}) is counted, and so are events from before the meter was defined.
 */
public final class LakeQueryEngine implements QueryEngine {

    private final LakeOptions options;
    private final List<Meter> meters;

    /**
     * Opens the lake for each query.
     *
     * @param meters the definitions in force
     */
    public LakeQueryEngine(LakeOptions options, List<Meter> meters) {
        this.options = options;
        this.meters = List.copyOf(meters);
    }

    @Override
    public void run(UsageQuery query, RowConsumer rows) throws IOException {
        LakeQuestion question = LakeQuestion.of(query, meters);
        Totals totals;
        try (Lake lake = Lake.open(options)) {
            totals = LakeUsage.of(LakeView.of(lake), question);
        } catch (RequestRefusedException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            throw new RequestFailedException("the lake cannot be read: " + reason(e), e);
        }
        totals.rows(rows);
    }

    private static String reason(Exception e) {
        return Objects.toString(e.getMessage(), e.toString()).lines().findFirst().orElse("");
    }
}
