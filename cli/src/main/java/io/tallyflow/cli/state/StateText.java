package io.tallyflow.cli.state;

import io.tallyflow.connectors.iceberg.commit.StoredLake;
import io.tallyflow.connectors.kafka.source.StoredOffset;
import io.tallyflow.operations.state.StateReport;
import io.tallyflow.operations.state.StateReport.Band;
import io.tallyflow.operations.state.StateReport.Identities;
import io.tallyflow.operations.state.StateReport.Meter;
import io.tallyflow.operations.state.StateReport.Operator;
import io.tallyflow.results.TextTable;
import io.tallyflow.results.TextTable.Column;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A report as lines for people. */
final class StateText {

    private static final String NONE = "-";

    private static final List<Column> OPERATORS =
            List.of(
                    Column.text("operator"),
                    Column.text("what it does"),
                    Column.number("parallelism"),
                    Column.number("most"),
                    Column.number("keys"),
                    Column.number("bytes"),
                    Column.text("states"));

    private static final List<Column> AGES =
            List.of(Column.text("age"), Column.number("identities"));

    private static final List<Column> METERS =
            List.of(
                    Column.text("meter"),
                    Column.number("windows"),
                    Column.text("first"),
                    Column.text("last"),
                    Column.number("subjects"),
                    Column.number("cells"),
                    Column.number("readings"),
                    Column.number("sum"),
                    Column.number("min"),
                    Column.number("max"),
                    Column.number("latest"),
                    Column.number("distinct"));

    private StateText() {}

    /** The lines, without line ends. */
    static List<String> lines(StateReport report) {
        List<String> lines = new ArrayList<>(head(report));
        lines.add("");
        lines.addAll(
                TextTable.lines(
                        OPERATORS, report.operators().stream().map(StateText::row).toList()));
        lines.add("");
        lines.addAll(identities(report.identities()));
        lines.add("");
        lines.addAll(meters(report.meters()));
        return lines;
    }

    private static List<String> head(StateReport report) {
        List<String> lines = new ArrayList<>();
        lines.add(field("savepoint", report.path()));
        lines.add(field("commit", report.commit() + "  checkpoint " + report.checkpoint()));
        lines.add(field("watermark", time(report.watermark(), "none yet")));
        lines.add(field("reads on", offsets(report.offsets())));
        StoredLake lake = report.lake();
        if (lake != null) {
            lines.add(
                    field(
                            "lake",
                            "last batch %s  files for the next %d  batches not confirmed %d"
                                    .formatted(
                                            lake.batch(),
                                            lake.waitingFiles(),
                                            lake.pendingBatches())));
        }
        return lines;
    }

    private static String field(String name, String value) {
        return "%-10s %s".formatted(name, value);
    }

    private static String offsets(List<StoredOffset> offsets) {
        return offsets.isEmpty()
                ? "from the beginning"
                : offsets.stream()
                        .map(
                                offset ->
                                        "%s-%d:%s"
                                                .formatted(
                                                        offset.topic(),
                                                        offset.partition(),
                                                        offset.next() < 0
                                                                ? "beginning"
                                                                : offset.next()))
                        .collect(Collectors.joining(" "));
    }

    private static List<String> row(Operator operator) {
        return List.of(
                operator.uid(),
                operator.label(),
                Integer.toString(operator.parallelism()),
                Integer.toString(operator.maxParallelism()),
                operator.keys() == null ? NONE : Long.toString(operator.keys()),
                Long.toString(operator.bytes()),
                operator.states().isEmpty() ? NONE : String.join(", ", operator.states()));
    }

    private static List<String> identities(Identities identities) {
        List<String> lines = new ArrayList<>();
        String from =
                identities.countedFrom() == null
                        ? ""
                        : "  ages back from "
                                + identities.countedFrom()
                                + ", the end of the hour of the newest Kafka time";
        lines.add(field("identities", identities.count() + from));
        if (identities.count() > 0) {
            lines.addAll(
                    TextTable.lines(
                            AGES,
                            identities.bands().stream()
                                    .map(band -> List.of(age(band), Long.toString(band.count())))
                                    .toList()));
        }
        return lines;
    }

    private static String age(Band band) {
        Duration to = band.to();
        if (to == null) {
            return "over " + text(band.from());
        }
        return band.from().isZero() ? "up to " + text(to) : text(band.from()) + " to " + text(to);
    }

    private static String text(Duration age) {
        return age.toDays() > 0 ? age.toDays() + " d" : age.toHours() + " h";
    }

    private static List<String> meters(List<Meter> meters) {
        if (meters.isEmpty()) {
            return List.of("no meter has an open window");
        }
        return TextTable.lines(METERS, meters.stream().map(StateText::row).toList());
    }

    private static List<String> row(Meter meter) {
        return List.of(
                meter.slug(),
                Integer.toString(meter.windows()),
                meter.first().toString(),
                meter.last().toString(),
                Long.toString(meter.subjects()),
                Long.toString(meter.cells()),
                Long.toString(meter.total().readings()),
                number(meter.total().sum()),
                number(meter.total().min()),
                number(meter.total().max()),
                number(meter.total().latest()),
                meter.distinctValues() == 0 ? NONE : Long.toString(meter.distinctValues()));
    }

    private static String number(@Nullable BigDecimal value) {
        return value == null ? NONE : value.toPlainString();
    }

    private static String time(@Nullable Instant time, String none) {
        return time == null ? none : time.toString();
    }
}
