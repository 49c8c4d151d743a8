package io.tallyflow.jobs.metering;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.schemas.progress.Metric;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

final class MetricsReferenceTest {

    @Test
    void saysWhatTheCodeSays() throws IOException {
        assertThat(tableOfTallyflow()).containsExactlyElementsOf(rows());
    }

    /** Name, kind, unit and meaning; the columns after them are advice. */
    private static List<String> tableOfTallyflow() throws IOException {
        return Files.readAllLines(Path.of("../docs/reference/metrics.md")).stream()
                .dropWhile(line -> !line.equals("## Of Tallyflow"))
                .takeWhile(line -> !line.startsWith("## Of Flink"))
                .filter(line -> line.startsWith("| `"))
                .map(line -> String.join("|", Arrays.copyOf(line.split("[|]"), 5)))
                .toList();
    }

    private static List<String> rows() {
        return MeteringMetrics.reference().stream().map(MetricsReferenceTest::row).toList();
    }

    private static String row(Metric metric) {
        return "| `"
                + metric.name()
                + "` | "
                + metric.kind().name().toLowerCase(Locale.ROOT)
                + " | "
                + metric.unit()
                + " | "
                + metric.meaning()
                + " ";
    }
}
