package io.tallyflow.cli.status;

import io.tallyflow.results.TextTable;
import io.tallyflow.results.TextTable.Column;
import io.tallyflow.results.status.LedgerStatus;
import io.tallyflow.results.status.PipelineStatus;
import io.tallyflow.results.status.TopicEnds;
import io.tallyflow.schemas.progress.Count;
import io.tallyflow.schemas.progress.LaneCounts;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Status as lines for people. */
public final class StatusText {

    private static final List<Column> LAG =
            List.of(
                    Column.number("partition"),
                    Column.number("committed"),
                    Column.number("end"),
                    Column.number("lag"));

    private StatusText() {}

    /** The lines, without line ends. */
    public static List<String> lines(LedgerStatus ledger, TopicEnds topic) {
        List<String> lines = new ArrayList<>();
        if (ledger.pipelines().isEmpty()) {
            lines.add("no pipeline has committed yet");
        }
        for (PipelineStatus pipeline : ledger.pipelines()) {
            lines.addAll(head(pipeline));
            lines.add("");
            lines.addAll(counts(pipeline.counts()));
            lines.add("");
            lines.addAll(lag(pipeline, topic));
            lines.add("");
        }
        String meters = String.join(", ", ledger.meters());
        lines.add(field("meters", meters.isEmpty() ? "none in force" : meters));
        return lines;
    }

    private static List<String> head(PipelineStatus pipeline) {
        return List.of(
                field("pipeline", pipeline.pipeline()),
                field(
                        "commit",
                        pipeline.commit()
                                + "  epoch "
                                + pipeline.epoch()
                                + "  checkpoint "
                                + pipeline.checkpoint()
                                + age(pipeline)),
                field(
                        "watermark",
                        pipeline.watermark() == null ? "none" : pipeline.watermark().toString()));
    }

    private static String age(PipelineStatus pipeline) {
        return pipeline.ageSeconds() == null ? "" : "  " + pipeline.ageSeconds() + " s ago";
    }

    private static String field(String name, String value) {
        return "%-10s %s".formatted(name, value);
    }

    private static List<String> counts(LaneCounts counts) {
        List<List<String>> rows =
                Count.all().stream().map(count -> count(count, counts.of(count))).toList();
        List<Column> columns = List.of(Column.text("lane"), Column.number("records"));
        TextTable table = TextTable.fitting(columns, rows);
        return rows.stream().map(table::line).toList();
    }

    private static List<String> count(Count what, long count) {
        return List.of("%-10s".formatted(what.column()), Long.toString(count));
    }

    private static List<String> lag(PipelineStatus pipeline, TopicEnds topic) {
        if (topic.problem() != null) {
            return List.of(field("kafka", topic.problem()));
        }
        List<List<String>> rows = new ArrayList<>();
        long total = 0;
        Set<Integer> numbers = new TreeSet<>(topic.partitions().keySet());
        numbers.addAll(pipeline.offsets().keySet());
        for (int number : numbers) {
            TopicEnds.Range range = topic.partitions().get(number);
            Long committed = pipeline.offsets().get(number);
            long lag = range == null ? 0 : lag(range.firstUnread(committed), range);
            total += lag;
            rows.add(
                    List.of(
                            Integer.toString(number),
                            committed == null ? "-" : Long.toString(committed),
                            range == null ? "-" : Long.toString(range.end()),
                            range == null ? "-" : Long.toString(lag)));
        }
        rows.add(List.of("all", "", "", Long.toString(total)));
        return TextTable.lines(LAG, rows);
    }

    private static long lag(long from, TopicEnds.Range range) {
        return from >= range.emptyFrom() ? 0 : range.end() - from;
    }
}
